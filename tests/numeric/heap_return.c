// check: --set n=3
/* What the returned expression reads is read before the objects that were kept for the reverse sweep are freed. */
#include <adgen.h>
#include <math.h>
#include <stdlib.h>

AD_GRAD(x)
double rows(AD_LEN(n) const double *x, int n)
{
    double **r = malloc(2 * sizeof *r);
    for (int i = 0; i < 2; i++)
        r[i] = malloc((size_t)n * sizeof **r);
    for (int i = 0; i < 2; i++)
        for (int j = 0; j < n; j++)
            r[i][j] = cos(x[j]) * (i + 1);
    r[(n + 1) % 2][n - 1] = 0.6 * sin(r[(n * 2) % 2][0]) + 0.3 * r[(n + 1) % 2][n - 1];
    double result = 0.7 * r[0][n - 1] + 0.5 * log(2.0 + sin(r[n % 2][n / 2]));
    free(r[1]);
    free(r[0]);
    free(r);
    return result;
}

struct item { double v; struct item *next; };

AD_GRAD(x)
double last_item(AD_LEN(n) const double *x, int n)
{
    struct item *head = NULL;
    for (int i = 0; i < n; i++) {
        struct item *e = malloc(sizeof *e);
        e->v = x[i] * x[i];
        e->next = head;
        head = e;
    }
    double s = head->v * head->next->v;
    while (head) {
        struct item *next = head->next;
        free(head);
        head = next;
    }
    return s;
}
