/* adgen_check.h: what the programs that `adgen --check` generates include. Not for users' own tests.
 *
 * A generated program knows how to make one set of arguments (ad_ck_args), always the same one, and how to call the function, its tangent
 * and its adjoint with such sets. All memory in a set is known element by element as leaves, in the same order in each set; so the checks
 * themselves are vector arithmetic over leaves and know nothing of C types.
 */
#ifndef ADGEN_CHECK_H
#define ADGEN_CHECK_H

#include <stddef.h>

typedef enum { AD_CK_OTHER, AD_CK_F32, AD_CK_F64, AD_CK_F80 } ad_ck_kind;
enum { AD_CK_INDEP = 1, AD_CK_DEP = 2, AD_CK_SCRATCH = 4 }; /* roles of a parameter, as bits */

/* One number in memory. */
typedef struct {
    void *at;
    size_t size;
    ad_ck_kind kind;
    int param;      /* whose: index into ad_ck_test.params */
    int by_value;   /* part of a by-value parameter: f changes only its own copy */
    unsigned roles; /* of all parameters through which it can be reached */
    const char *format; /* its name in the source, for printf with the indices: "s.w[%ld]"; NULL: the parameter's */
    long index[4];
} ad_ck_leaf;

typedef struct {
    void *ad_ck_made; /* the generated program's struct of arguments */
    const struct ad_ck_test *test;
    ad_ck_leaf *leaf;
    size_t nleaves, leaf_cap;
    void **block;
    size_t *block_bytes;
    size_t nblocks, block_cap;
    unsigned long long random;
    int overlap; /* some memory belongs to several parameters */
} ad_ck_args;

typedef struct {
    const char *name;
    unsigned roles;
} ad_ck_param;

typedef struct ad_ck_test {
    const char *name;    /* of the derivative */
    const char *about;   /* what else there is to say about it, or NULL */
    int unknown;         /* a user's derivative whose arguments cannot be made up: nothing else is set */
    const ad_ck_param *params;
    int nparams;         /* the return value, if any, comes last */
    int single;          /* float takes part: wider bounds */
    int grad;            /* the seed is 1 on the one dependent and not an argument */
    void (*build)(ad_ck_args *a);
    void (*primal)(ad_ck_args *a);
    void (*tangent)(ad_ck_args *a, ad_ck_args *v);
    void (*adjoint)(ad_ck_args *a, ad_ck_args *d); /* NULL: only the tangent is checked */
    void (*second)(ad_ck_args *a, ad_ck_args *v, ad_ck_args *d, ad_ck_args *h); /* the Hessian-vector product; adjoint is the gradient */
    void (*matrix)(ad_ck_args *a, void *m);     /* a dense Jacobian (of tangent) or Hessian (of adjoint) of this kind */
    ad_ck_kind matrix_kind;
    void (*lanes)(ad_ck_args *a, ad_ck_args **v, ad_ck_args **d, ad_ck_args **h); /* --directions: of nlanes arguments at once; v and h of second */
    int nlanes;
    void (*again)(ad_ck_args *a);               /* --emit=primal: the written-back function; then nothing else is checked */
} ad_ck_test;

/* malloc and free, for programs that do without <stdlib.h>, most of whose compilation is headers. */
void *ad_ck_malloc(size_t bytes);
void ad_ck_free(void *p);

/* For build functions. */
void *ad_ck_array(ad_ck_args *a, long long count, size_t size); /* zeroed; a negative count is none */
double ad_ck_random(ad_ck_args *a, double lo, double hi);
/* The same for what a user says about `name`, and a length; where they make no sense, an end with a message. */
double ad_ck_between(ad_ck_args *a, double lo, double hi, const char *name);
long ad_ck_length(long n, const char *name);
void ad_ck_number(ad_ck_args *a, void *at, size_t size, ad_ck_kind kind, int param, int by_value);
/* The name of the number that came last, with n indices (long). */
void ad_ck_named(ad_ck_args *a, const char *format, int n, ...);
/* Values from a file: number i of n, or (there are fewer) an end with a message. */
double ad_ck_input(const double *values, long n, long i, const char *name);
/* The memory from `at` on also belongs to this parameter; bytes == 0: to its block's end. */
void ad_ck_alias(ad_ck_args *a, const void *at, size_t bytes, int param);

/* Copies of derivative arguments in which the numbers of all directions are beside each other. */
typedef struct {
    int k;
    struct ad_ck_copy *copy;
    int n;
} ad_ck_wides;
/* Of what `at` points to in set[0]: `bytes` bytes, or (0) to the end of its block. ad_ck_narrow copies all back into the sets. */
void *ad_ck_wide(ad_ck_wides *w, ad_ck_args **set, void *at, size_t number, size_t bytes);
void ad_ck_narrow(ad_ck_wides *w);

/* Runs all checks and prints a table. Returns 0 when they agree. */
int ad_ck_run(const ad_ck_test *t);

#endif
