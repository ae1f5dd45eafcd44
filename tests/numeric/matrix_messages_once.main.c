/* Standard output is a file here: each message is in it once, however many columns there are. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <adgen_rt.h>
#include "out.h"

static char text[4096];

static void expect(const char *what)
{
    fflush(stdout);
    rewind(stdout);
    size_t n = fread(text, 1, sizeof text - 1, stdout);
    text[n] = '\0';
    if (strcmp(text, what)) {
        fprintf(stderr, "printed '%s', not '%s'\n", text, what);
        exit(1);
    }
    if (!freopen("printed", "w+", stdout))
        exit(2);
}

static void same(double a, double b)
{
    if (!(fabs(a - b) <= 1e-12)) {
        fprintf(stderr, "%g is not %g\n", a, b);
        exit(1);
    }
}

int main(void)
{
    enum { N = 9 };
    double x[N], y[N], J[N * N], H[N * N];
    for (int i = 0; i < N; i++)
        x[i] = 0.3 + 0.1 * i;
    if (!freopen("printed", "w+", stdout))
        return 2;
    steps_jac(x, y, N, J);
    expect("begin 0 1 2 3 4 5 6 7 8 end\n");
    for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j++)
            same(J[i * N + j], (j == i ? x[(i + 2) % N] : 0) + (j == (i + 2) % N ? x[i] : 0));
    ad_csr s = {0};
    double *value = NULL;
    for (int run = 0; run < 2; run++) { /* with and without looking for the structure */
        steps_sparse(x, y, N, &s, &value);
        expect("begin 0 1 2 3 4 5 6 7 8 end\n");
        for (size_t i = 0; i < s.rows; i++)
            for (size_t k = s.row_start[i]; k < s.row_start[i + 1]; k++)
                same(value[k], J[i * N + s.column[k]]);
    }
    ad_csr_free(&s);
    free(value);
    loss_hess(x, N, H);
    expect("loss 3.86\n");
    same(H[1 * N + 1], 2 * x[0]);
    same(H[1 * N + 0], 2 * x[1]);
    ad_csr h = {0};
    value = NULL;
    loss_sparse(x, N, &h, &value);
    expect("loss 3.86\n");
    if (h.nonzeros != 3 * N - 2)
        return 3;
    ad_csr_free(&h);
    free(value);
    none_jac(x, y, 0, J);
    expect("n is 0\n");
    const char *lines = "first 0.3\n[1] y[0] = 0.150\n[1] y[4] = 0.630\n[1] y[8] = 0.440\nlast 0.44\n";
    logged_jac(x, y, N, J);
    expect(lines);
    same(J[0], x[2]);
    value = NULL;
    logged_sparse(x, y, N, &s, &value);
    expect(lines);
    same(value[0], x[2]);
    ad_csr_free(&s);
    free(value);
    remove("printed");
    return 0;
}
