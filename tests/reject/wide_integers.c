// expect: 7:13: error: adgen does not support values of type '__int128'; move it to a function that is not differentiated
// args: --grad f
// construct: `__int128`: use `long long`
typedef __int128 big;
double f(double x, int n)
{
    big s = 1;
    for (big i = 0; i < n; i++)
        s += s * i;
    return s > 100 ? x * (double)s : x * x;
}
