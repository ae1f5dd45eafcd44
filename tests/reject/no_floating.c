// expect: adgen: error: 'f' does not return a floating value
// args: --grad f
int f(int x)
{
    return x;
}
