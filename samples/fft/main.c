/* Gradients through the Fourier transform; then a low-pass filter by gradient descent. */
#include "fft.h"
#include "fft_grad.h"

#include "check.h"

enum { TAPS = 21, N = 64 };

typedef struct {
    double taps[TAPS], wanted[N / 2 + 1];
} Problem;

static double objective(void *ctx)
{
    Problem *p = ctx;
    return spectrum_loss(p->taps, TAPS, p->wanted, N);
}

/* x = delta at 1, scaled by s: convolved with itself it is s^2 at 2; energy s^4, derivative 4 s^3 there. */
static void delta(void)
{
    float x[8] = {0, 1.5f}, d[8] = {0};
    check_number("energy of a scaled delta", autoconvolution_grad(x, 8, d), 5.0625, 1e-14);
    check_number("d_x[1] = 4 s^3", d[1], 13.5, 1e-6);
    check_number("d_x[2]", d[2], 0, 1e-6);
}

/* For an exact reference in float: direct cyclic convolution and its derivative in double. */
static void against_direct(void)
{
    enum { M = 32 };
    float x[M], d[M] = {0};
    double c[M] = {0}, energy = 0, worst = 0, norm = 0;
    for (int i = 0; i < M; i++)
        x[i] = (float)check_normal();
    for (int i = 0; i < M; i++)
        for (int j = 0; j < M; j++)
            c[(i + j) % M] += (double)x[i] * x[j];
    for (int i = 0; i < M; i++)
        energy += c[i] * c[i];
    check_number("energy as by direct convolution", autoconvolution_grad(x, M, d), energy, 1e-12);
    for (int i = 0; i < M; i++) {
        double want = 0;
        for (int j = 0; j < M; j++)
            want += 4 * c[(i + j) % M] * x[j];
        worst = fmax(worst, fabs(d[i] - want));
        norm = fmax(norm, fabs(want));
    }
    check_line("gradient of the direct convolution", worst / norm, 1e-6);
}

static void design(Problem *p)
{
    double first = 0, last = 0, m[TAPS] = {0}, v[TAPS] = {0};
    for (int step = 0; step < 400; step++) { /* Adam */
        double d[TAPS] = {0};
        last = spectrum_loss_grad(p->taps, TAPS, p->wanted, N, d);
        first = step ? first : last;
        for (int i = 0; i < TAPS; i++) {
            m[i] = 0.9 * m[i] + 0.1 * d[i];
            v[i] = 0.999 * v[i] + 0.001 * d[i] * d[i];
            p->taps[i] -= 0.01 * (m[i] / (1 - pow(0.9, step + 1))) / (sqrt(v[i] / (1 - pow(0.999, step + 1))) + 1e-8);
        }
    }
    printf("filter design: loss %.4f -> %.4f\n", first, last);
    check_number("a tenth of the loss or less", last < 0.1 * first, 1, 0);
}

int main(void)
{
    Problem p;
    for (int i = 0; i < TAPS; i++)
        p.taps[i] = 0.3 * check_normal();
    for (int k = 0; k <= N / 2; k++)
        p.wanted[k] = k < N / 8 ? 1 : 0.01;
    CheckVar var = check_var("taps", p.taps, TAPS);
    double value = spectrum_loss_grad(p.taps, TAPS, p.wanted, N, var.d), tangent;
    printf("%d taps, %d frequencies: value %.15g\n", TAPS, N, value);
    check_number("value that the gradient returns", value, objective(&p), 0);
    check_gradient(&var, 1, objective, &p);
    spectrum_loss_jvp(p.taps, TAPS, p.wanted, N, var.v, &tangent);
    check_tangent(&var, 1, tangent);
    check_free(&var, 1);
    delta();
    against_direct();
    design(&p);
    return check_status();
}
