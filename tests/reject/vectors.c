// args: --grad scaled
// expect: 10:12: error: adgen does not support vector types (vector_size)
// construct: vector types (`vector_size`, `<immintrin.h>`): write loops over arrays
typedef double pair __attribute__((vector_size(16)));

static pair both(pair a, double k) { return a * k; }

double scaled(const double *x)
{
    return both((pair){x[0], x[1]}, 2.0)[0];
}
