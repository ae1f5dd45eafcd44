// construct: functions: `extern` in a function, of what is static in the file
#include <adgen.h>

static const double weights[] = {0.5, 0.25, 0.125};

AD_GRAD(x)
double weighted(const double x[3])
{
    extern const double weights[];
    double s = 0;
    for (int i = 0; i < 3; i++)
        s += weights[i] * x[i] * x[i];
    return s;
}
