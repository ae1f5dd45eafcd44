// check: --len m.w=6 --len m.b=3 --set m.rows=3 --set m.cols=2
// construct: structs: with pointers inside
// directions: --directions: parameter 'm' is a struct or a pointer to pointers, which cannot have several directions
#include <adgen.h>

typedef struct {
    const double *w;
    double *b;
    int rows, cols;
} Matrix;

AD_GRAD(m, x)
double quad(Matrix m, AD_LEN(m.cols) const double *x)
{
    double s = 0;
    for (int i = 0; i < m.rows; i++) {
        double t = m.b[i];
        for (int j = 0; j < m.cols; j++)
            t += m.w[i * m.cols + j] * x[j];
        s += t * t;
    }
    return s;
}

AD_VJP(m -> y)
void add_bias(const Matrix *m, AD_LEN(m->rows) double *y)
{
    for (int i = 0; i < m->rows; i++)
        y[i] += m->b[i] * m->w[i];
}
