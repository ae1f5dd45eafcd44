#include "out.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int wrong;

static void check(int right, const char *what)
{
    if (right)
        return;
    printf("%s\n", what);
    wrong = 1;
}

/* Ascending columns, and the values of the dense matrix; what is not an entry is zero there. */
static void against_dense(const ad_csr *s, const double *value, const double *dense, const char *what)
{
    size_t entries = 0, nonzero = 0;
    for (size_t i = 0; i < s->rows; i++)
        for (size_t k = s->row_start[i]; k < s->row_start[i + 1]; k++) {
            check(s->column[k] < s->columns, what);
            check(k == s->row_start[i] || s->column[k - 1] < s->column[k], what);
            check(value[k] == dense[i * s->columns + s->column[k]], what);
            entries += dense[i * s->columns + s->column[k]] != 0;
        }
    for (size_t k = 0; k < s->rows * s->columns; k++)
        nonzero += dense[k] != 0;
    check(entries == nonzero && s->row_start[s->rows] == s->nonzeros, what);
}

static void check_chain(void)
{
    enum { N = 130 };
    static double x[N], y[N], dense[N * N];
    ad_csr s = {0};
    double *value = NULL;
    for (int i = 0; i < N; i++)
        x[i] = 0.5 + i % 7;
    for (int again = 0; again < 3; again++) { /* the last with another size */
        int n = again < 2 ? N : 5;
        x[0] += 1;
        if (again == 2) {
            free(value);
            value = NULL;
        }
        const double *kept = value;
        chain_jac(x, y, n, &s, &value);
        chain_dense(x, y, n, dense);
        check(s.colours == 3 && s.nonzeros == (size_t)(3 * n - 2) && s.rows == (size_t)n && s.columns == (size_t)n, "chain's structure");
        check(again != 1 || value == kept, "values are not put where they were");
        against_dense(&s, value, dense, "chain");
    }
    ad_csr_free(&s);
    check(!s.row_start && !s.nonzeros, "a freed structure is empty");
    free(value);
}

/* Random graphs: the star colouring lets every second derivative be found. */
static void check_edges(void)
{
    enum { N = 70, M = 160 };
    static double x[N], dense[N * N];
    static int from[M], to[M];
    unsigned random = 1;
    for (int graph = 0; graph < 30; graph++) {
        int m = 4 + graph * 5;
        for (int e = 0; e < M; e++) {
            from[e] = (int)((random = random * 1664525u + 1013904223u) >> 8) % N;
            to[e] = graph % 3 == 0 ? (e * e) % 9 : (int)((random = random * 1664525u + 1013904223u) >> 8) % N;
        }
        for (int i = 0; i < N; i++)
            x[i] = 1 + (i * i) % 11;
        ad_csr s = {0};
        double *value = NULL;
        edges_hess(x, N, from, to, m, &s, &value);
        edges_dense(x, N, from, to, m, dense);
        against_dense(&s, value, dense, "edges");
        check(s.colours <= 40, "fewer directions than columns");
        ad_csr_free(&s);
        free(value);
    }
}

/* Few rows: they are coloured, and the third has no entry. */
static void check_rows(void)
{
    double x[6] = {1, 2, 3, 4, 5, 6}, y[3], dense[18] = {2, 4, 6, 0, 0, 0, 0, 0, 0, 8, 10, 12};
    ad_csr s = {0};
    double *value = NULL;
    rows_sparse(x, y, 6, &s, &value);
    against_dense(&s, value, dense, "rows");
    check(s.colours == 1 && s.nonzeros == 6 && y[1] == 16 + 25 + 36, "rows' structure");
    ad_csr_free(&s);
    free(value);
    value = NULL;
    rows_sparse(x, y, 0, &s, &value);
    check(s.colours == 0 && s.nonzeros == 0 && s.rows == 3 && y[1] == 0, "no columns");
    ad_csr_free(&s);
    free(value);
}

int main(void)
{
    check_chain();
    check_edges();
    check_rows();
    return wrong;
}
