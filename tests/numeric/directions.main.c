#include "out.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { K = 4, N = 3 };
static int wrong;

static void near(const char *what, int i, int k, double got, double want)
{
    if (fabs(got - want) <= 1e-12 * (fabs(want) + 1))
        return;
    printf("%s[%d], direction %d: %.17g, not %.17g\n", what, i, k, got, want);
    wrong = 1;
}

static const double w[N] = {0.3, -0.7, 1.1}, x[N] = {1, 2, -0.5};

static void check_loss(void)
{
    double d_w[N * K], d_b[K], d_return[K], part[N], sum = 0;
    for (int i = 0; i < N; i++) {
        double t = tanh(w[i] * x[i] + 0.25);
        part[i] = 1 - t * t;
        sum += part[i];
    }
    for (int k = 0; k < K; k++) {
        d_b[k] = k - 1;
        for (int i = 0; i < N; i++)
            d_w[i * K + k] = i + 10 * k;
    }
    loss_jvp(w, 0.25, x, N, d_w, d_b, d_return);
    for (int k = 0; k < K; k++) {
        double want = sum * (k - 1);
        for (int i = 0; i < N; i++)
            want += part[i] * x[i] * (i + 10 * k);
        near("d_return", 0, k, d_return[k], want);
    }
    const double seeds[K] = {1, 0, -2, 0.5};
    memcpy(d_return, seeds, sizeof seeds);
    memset(d_w, 0, sizeof d_w);
    loss_vjp(w, 0.25, x, N, d_w, d_b, d_return);
    for (int k = 0; k < K; k++) {
        near("d_b", 0, k, d_b[k], k - 1 + sum * seeds[k]);
        for (int i = 0; i < N; i++)
            near("d_w", i, k, d_w[i * K + k], part[i] * x[i] * seeds[k]);
    }
}

static void check_affine(void)
{
    const float a[3][2] = {{1, 2}, {3, 4}, {5, 6}};
    float y[3], d_a[3][2][K], d_y[3][K], two[3][2][2], y_two[3][2];
    for (int i = 0; i < 6 * K; i++)
        (&d_a[0][0][0])[i] = (float)(i % 5);
    for (int i = 0; i < 12; i++)
        (&two[0][0][0])[i] = (float)i;
    affine_jvp(a, y, (const float(*)[2][K])d_a, d_y);
    affine_two(a, y, (const float(*)[2][2])two, y_two);
    for (int i = 0; i < 3; i++) {
        for (int k = 0; k < K; k++)
            near("d_y", i, k, d_y[i][k], d_a[i][0][k] * a[i][1] + a[i][0] * d_a[i][1][k] + d_a[0][1][k]);
        for (int k = 0; k < 2; k++)
            near("two", i, k, y_two[i][k], two[i][0][k] * a[i][1] + a[i][0] * two[i][1][k] + two[0][1][k]);
    }
    memset(d_a, 0, sizeof d_a);
    for (int i = 0; i < 3; i++)
        for (int k = 0; k < K; k++)
            d_y[i][k] = (float)(i == k);
    affine_vjp(a, y, d_a, d_y);
    for (int i = 0; i < 3; i++)
        for (int k = 0; k < K; k++) {
            near("d_a0", i, k, d_a[i][0][k], i == k ? a[i][1] : 0);
            near("d_a1", i, k, d_a[i][1][k], (i == k ? a[i][0] : 0) + (i == 0 && k < 3 ? 1 : 0));
            near("seed", i, k, d_y[i][k], 0);
        }
}

static void check_product(void)
{
    double m[2][2] = {{1, 2}, {3, 4}}, v[2] = {5, 6}, out[2], d_m[2][2][K] = {0}, d_v[2 * K] = {0}, d_out[2 * K];
    for (int i = 0; i < 2 * K; i++)
        d_out[i] = i + 1;
    product_vjp(2, m, v, out, d_m, d_v, d_out);
    for (int k = 0; k < K; k++)
        for (int i = 0; i < 2; i++) {
            near("d_v", i, k, d_v[i * K + k], m[0][i] * (k + 1) + m[1][i] * (K + k + 1));
            near("d_m", i, k, d_m[i][1][k], v[1] * (i * K + k + 1));
        }
}

static void check_cubes(void)
{
    double d_w[N * K] = {0}, h_w[N * K] = {0}, v_w[N * K];
    cubes_grad(w, N, d_w);
    for (int i = 0; i < N * K; i++) {
        near("gradient", i / K, i % K, d_w[i], 3 * w[i / K] * w[i / K]);
        v_w[i] = i;
    }
    cubes_hvp(w, N, v_w, d_w, h_w);
    for (int i = 0; i < N * K; i++) {
        near("twice", i / K, i % K, d_w[i], 6 * w[i / K] * w[i / K]);
        near("h_w", i / K, i % K, h_w[i], 6 * w[i / K] * i);
    }
}

int main(void)
{
    check_loss();
    check_affine();
    check_product();
    check_cubes();
    return wrong;
}
