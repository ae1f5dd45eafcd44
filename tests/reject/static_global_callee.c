// expect: 14:9: error: 'count' uses the static variable 'calls', which is written
// args: --grad f
#include <adgen.h>
static int calls[2];
AD_INACTIVE
static void touch(int *p)
{
    p[0]++;
}

AD_INACTIVE
static void count(void)
{
  touch(calls);
}
double f(double x)
{
    count();
    return x * x;
}
