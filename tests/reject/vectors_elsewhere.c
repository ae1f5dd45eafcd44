// args: --grad summed
// expect: 14:16: error: adgen does not support vector types (vector_size)
typedef double pair __attribute__((vector_size(16)));

/* A function that nobody differentiates may do with vectors what it likes. */
pair unused(pair a, const pair *b)
{
    a += *b;
    return -a * a[1];
}

double summed(double x, const pair *p)
{
    return x * p[1][0];
}
