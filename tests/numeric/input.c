// construct: functions: `scanf`, `fread`: what they write is constant
/* Input into memory that carries derivatives: exactly what was read has none. */
#include <adgen.h>
#include <string.h>
#include <stdlib.h>
#include <math.h>
#include <ctype.h>
#include <stdio.h>

AD_GRAD(x)
double numbers_of_a_string(AD_LEN(n) const double *x, int n)
{
    double a = x[0] * x[1], b = x[1] * x[1], c = x[0] * x[0];
    float f = 2;
    int got = sscanf("0.5 3 here", "%lf%f%lf%lf", &a, &f, &b, &c); /* b and c stay */
    return a * x[0] + b * f + c * got + n;
}

AD_GRAD(x)
double numbers_of_a_file(AD_LEN(n) const double *x, int n)
{
    double v[8];
    static const double stored[3] = {1.5, 2.5, 3.5};
    FILE *f = tmpfile();
    if (!f)
        return x[0];
    for (int i = 0; i < 8; i++)
        v[i] = x[i % n] * (i + 1);
    fwrite(stored, sizeof stored[0], 3, f);
    rewind(f);
    size_t got = fread(v + 2, sizeof v[0], 5, f); /* three of them */
    fclose(f);
    double s = (double)got;
    for (int i = 0; i < 8; i++)
        s += v[i] * v[i];
    return s;
}

/* "2,x;3" and the like: every number multiplies, every letter squares. */
AD_GRAD(x)
double program(double x, const char *text)
{
    char letters[8] = "";
    double y = x;
    for (const char *at = text + strspn(text, " ;,"); *at; at += strspn(at, " ;,")) {
        if (isalnum((unsigned char)*at) && isupper((unsigned char)*at) + islower((unsigned char)*at)) {
            strncat(letters, at, 1);
            y *= y;
            at++;
        } else {
            char *end;
            y = sin(y) * (double)strtoul(at, &end, 10);
            at = end == at ? at + 1 : end;
        }
    }
    return strpbrk(letters, "x") ? y : y + x;
}

/* Numbers out of a text that is walked through. */
AD_GRAD(x)
double walked_text(AD_LEN(3) const double *x)
{
    double s = 0, v;
    int at = 0, used, k = 0;
    while (sscanf(&"0.5 1.25 -2"[at], "%lf%n", &v, &used) == 1) {
        s += v * x[k] * x[k % 2];
        at += used;
        k++;
    }
    return s;
}
