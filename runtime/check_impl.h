/* check_impl.h: what check.c and check_second.c share; private to them. */
#ifndef ADGEN_CHECK_IMPL_H
#define ADGEN_CHECK_IMPL_H

#include "adgen_check.h"

#include <stdio.h>

extern FILE *ad_ck_report; /* the program's real standard output; the functions under test print into a scratch file */

typedef struct {
    const ad_ck_test *t;
    ad_ck_args x0;       /* arguments as made; never passed to a call */
    ad_ck_args y0;       /* arguments after the primal */
    size_t n;         /* leaves */
    int ret;          /* parameter number of the return value */
    long double *seed, *g;
    char printed[4096]; /* what the primal printed */
    size_t nprinted;
    int failed;
    double dot_error, worst_tangent;
    char *messages; /* for JSON, a line each */
    size_t rows;
    int kinks_said;
    int nothing; /* no element carries a derivative: all arrays are empty */
} Check;

/* check_report.c: one parameter's line of the table; `worst` is its worst component's name. */
typedef struct {
    const char *name, *worst;
    size_t elements, kinks, ends;
    long double biggest, error, derivative, difference;
    int bad;
} ad_ck_row_data;
void ad_ck_report_begin(Check *c);
void ad_ck_say(Check *c, const char *format, ...); /* one line, without its end */
void ad_ck_row(Check *c, const ad_ck_row_data *r);
void ad_ck_report_end(Check *c);
/* All that is said of a test that could not be made. */
void ad_ck_report_unknown(Check *c);
const char *ad_ck_leaf_name(const Check *c, size_t i, char *text, size_t size);

void *ad_ck_grow(void *p, size_t bytes);
ad_ck_args ad_ck_args_new(const ad_ck_test *t);
ad_ck_args ad_ck_shadow_new(const Check *c); /* all numbers zero */
void ad_ck_args_free(ad_ck_args *a);
long double ad_ck_get(const ad_ck_leaf *l);
void ad_ck_set(const ad_ck_leaf *l, long double v);
int ad_ck_is_input(const ad_ck_leaf *l);
int ad_ck_is_output(const ad_ck_leaf *l); /* its exit value is visible to the caller and carries a derivative */

void ad_ck_complain(Check *c, const char *what);
/* Around each call: the same random numbers; does it print, and leave in memory, what the primal does? */
void ad_ck_call_begin(void);
void ad_ck_same_effects(Check *c, const ad_ck_args *after, const char *who);
/* Calls the tangent with direction v; Jv to dy. */
void ad_ck_run_tangent(Check *c, const long double *v, long double *dy);
void ad_ck_tangent_against_differences(Check *c, const long double *v, const long double *dy, long double *num);
/* One adjoint call: entry values of pure independents from `entry` (may be NULL: zero), exit values to g. */
void ad_ck_run_adjoint(Check *c, const long double *entry, long double *g);
void ad_ck_random_direction(Check *c, ad_ck_args *rng, long double *v);

/* Steps to try: rounding and truncation decide which is best, and a wrong derivative is wrong with each of them. */
enum { AD_CK_NSTEPS = 5, AD_CK_DIRECTIONS = 3, AD_CK_COMPONENTS = 40 };
long double ad_ck_step(const Check *c, int k);
long double ad_ck_bound(const Check *c); /* of a relative error against differences */
long double ad_ck_epsilon(const Check *c);
long double ad_ck_scale(const Check *c, size_t i); /* a step fits the number's size */

/* ... or, where threads sum in any order, nearly. */
int ad_ck_same_bits(const ad_ck_leaf *x, const ad_ck_leaf *y);

/* check_lanes.c */
void ad_ck_check_lanes(Check *c); /* several directions at once */
/* check_differences.c */
typedef struct {
    long double numerical, error; /* the difference quotient closest to the derivative, and how far it is */
    int fine;                     /* they agree */
    int kink;                     /* a kink was between the differences, or x is at one and the derivative between the sides' */
    int end;                      /* f has values on one side of x only, and its slope is the derivative */
} ad_ck_slope;
/* The numbers after the primal at x + h v, by leaf. */
void ad_ck_exit_values(const Check *c, const long double *v, long double h, long double *y);
/* f(x + h v) - f(x - h v), by leaf. */
void ad_ck_difference(const Check *c, const long double *v, long double h, long double *dy);
/* g[i] against differences of <seed, f> along leaf i. v is all zero; noise: how large the sum's terms are; biggest: of the parameter's g. */
ad_ck_slope ad_ck_slope_of(const Check *c, size_t i, long double *v, long double *y, long double noise, long double biggest);
/* Of the tangent dy along v, in a random mixture of the parameter's outputs, against Ridders' difference. */
long double ad_ck_directional_error(Check *c, int param, const long double *v, const long double *dy);
/* Is it no more than what rounding makes of <seed, J v>, which the size of f's own numbers decides? */
int ad_ck_within_noise(const Check *c, const long double *v, long double difference);
/* Is x at a kink or jump of the parameter's outputs in direction v, and dy between what the two sides say, or what the side without the jump says? */
int ad_ck_kink_along(const Check *c, int param, const long double *v, const long double *dy);
/* Is dy infinite in the parameter's outputs, where slopes along v grow without bound, and what the side of x that there is says in others? */
int ad_ck_infinite_along(const Check *c, int param, const long double *v, const long double *dy);

/* check_ends.c */
/* Where f has values at neither x + h v nor x - h v: the other sign for the parts of v that alone lead out of its domain. */
void ad_ck_turn_inside(const Check *c, long double *v);
/* Has f values on one side of x along v only? */
int ad_ck_at_end(const Check *c, const long double *v, long double *y);
/* Do slopes with ever smaller steps, each known to its noise, tend to `got`? *limit: what they tend to. */
int ad_ck_tends_to(const Check *c, const long double *slope, const long double *noise, int n, long double got, long double *limit);
/* Do those of <s, f> along v, on the sides of x that there are? *end: there is one only. */
int ad_ck_fits_ends(const Check *c, const long double *s, const long double *v, long double got, long double *limit, int *end);

/* check_entries.c */
void ad_ck_check_entries(Check *c); /* a small Jacobian by rows and by columns */

/* check_second.c */
void ad_ck_check_second(Check *c); /* Hessian-vector products */
void ad_ck_check_matrix(Check *c); /* dense Jacobians and Hessians */

#endif
