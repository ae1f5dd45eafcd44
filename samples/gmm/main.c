/* The mixture's gradient against differences and against its tangent; and a value that can be worked out by hand. */
#include "gmm.h"
#include "gmm_grad.h"

#include "check.h"

typedef struct {
    int d, K, n;
    double *alphas, *means, *factors, *x;
    struct gmm_prior prior;
} Problem;

static double *random_array(int n, double scale)
{
    double *x = check_alloc((size_t)n, sizeof *x);
    for (int i = 0; i < n; i++)
        x[i] = scale * check_normal();
    return x;
}

static double objective(void *ctx)
{
    Problem *p = ctx;
    return gmm(p->d, p->K, p->n, p->alphas, p->means, p->factors, p->x, p->prior);
}

static void one_size(int d, int K, int n)
{
    int packed = d * (d + 1) / 2;
    Problem p = {d,     K, n, random_array(K, 1), random_array(K * d, 1), random_array(K * packed, 0.3), random_array(n * d, 1.5),
                 {1, 2}};
    CheckVar var[] = {
        check_var("alphas", p.alphas, (size_t)K),
        check_var("means", p.means, (size_t)K * d),
        check_var("factors", p.factors, (size_t)K * packed),
    };
    double value = gmm_grad(d, K, n, p.alphas, p.means, p.factors, p.x, p.prior, var[0].d, var[1].d, var[2].d);
    printf("d=%d K=%d n=%d: value %.15g\n", d, K, n, value);
    check_number("value that the gradient returns", value, objective(&p), 0);
    check_gradient(var, 3, objective, &p);
    double tangent;
    gmm_jvp(d, K, n, p.alphas, p.means, p.factors, p.x, p.prior, var[0].v, var[1].v, var[2].v, &tangent);
    check_tangent(var, 3, tangent);
    /* Weights are a softmax: adding the same number to all alphas changes nothing. */
    double sum = 0;
    for (int k = 0; k < K; k++)
        sum += var[0].d[k];
    check_line("sum of d_alphas", fabs(sum), 1e-11 * n);
    check_free(var, 3);
    free(p.alphas);
    free(p.means);
    free(p.factors);
    free(p.x);
}

/* One standard normal component in one dimension, one point at 2: 0.5 log(2 pi) + 2, and the prior's 0.5 + constants. */
static void by_hand(void)
{
    double alpha = 0.7, mean = 0, factor = 0, x = 2, d_alpha = 0, d_mean = 0, d_factor = 0;
    struct gmm_prior prior = {1, 0};
    double norm = 2 * (-0.5 * log(2.0)) - 0.0; /* two degrees of freedom: lgamma(1) = 0 */
    puts("one standard normal, one point at 2");
    double value = gmm_grad(1, 1, 1, &alpha, &mean, &factor, &x, prior, &d_alpha, &d_mean, &d_factor);
    check_number("value", value, 0.5 * log(6.283185307179586) + 2 + 0.5 - norm, 1e-15);
    check_number("d_mean = -x", d_mean, -2, 1e-15);
    check_number("d_factor = x^2 - 1 + 1", d_factor, 4, 1e-15);
    check_number("d_alpha", d_alpha, 0, 1e-15);
}

int main(void)
{
    by_hand();
    one_size(2, 3, 20);
    one_size(10, 5, 50);
    one_size(1, 1, 1);
    return check_status();
}
