// expect: adgen: error: 'f' returns 'int'
// args: --grad f
int f(int x)
{
    return x;
}
