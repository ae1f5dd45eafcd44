/* adolc.cc: one row through ADOL-C (Debian: libadolc-dev): the same primal and data as C++ in which `double` is ADOL-C's number.
 *
 * Compiled once for each row, with PRIMAL and ROW the two files and CASES, ENTRY the names of their table and of what is made here.
 */
#include <adolc/adolc.h>

#include <cmath>
#include <cstdlib>
#include <cstring>
#include <new>
#include <vector>

#include "adgen.h"
#include "adolc_row.h"

/* Memory in which ADOL-C's numbers are made and unmade, as their constructors want it. Each row its own: types have the same names. */
namespace {
namespace taped {

const size_t HEAD = 16;

template <class T> void release(T *p)
{
    if (!p)
        return;
    char *memory = (char *)p - HEAD;
    for (size_t i = 0; i < *(size_t *)memory; i++)
        p[i].~T();
    std::free(memory);
}

struct Block {
    size_t bytes;
    template <class T> operator T *() const
    {
        char *memory = (char *)std::malloc(HEAD + bytes);
        size_t n = bytes / sizeof(T);
        *(size_t *)memory = n;
        T *p = (T *)(memory + HEAD);
        for (size_t i = 0; i < n; i++)
            new (p + i) T();
        return p;
    }
    operator void *() const
    {
        return (char *)std::calloc(1, HEAD + bytes) + HEAD;
    }
};

inline Block allocate(size_t bytes)
{
    return Block{bytes};
}


template <class T> void copy(T *to, const T *from, size_t bytes)
{
    for (size_t i = 0; i < bytes / sizeof(T); i++)
        to[i] = from[i];
}

} // namespace taped
} // namespace

typedef double Plain;
using std::size_t;

/* What ADOL-C lacks. This one is only called of what does not depend on the independents. */
inline adouble lgamma(const adouble &x)
{
    return adouble(std::lgamma(x.value()));
}

inline adouble erfc(const adouble &x)
{
    return 1 - erf(x);
}

#define BENCH_ADOLC
namespace row {
#define double adouble
#define malloc(n) taped::allocate(n)
#define calloc(n, size) taped::allocate((size_t)(n) * (size))
#define free(p) taped::release(p)
#define memcpy(to, from, n) taped::copy(to, from, n)
#include PRIMAL
#include ROW
#undef double
#undef malloc
#undef calloc
#undef free
#undef memcpy
} // namespace row

static const short TAG = 1;
static std::vector<double> point, seed, result, derivative;
static row::Bench *bench;

static const row::BenchCase *now;
static void *data;

static void make(int index)
{
    now = &row::CASES[index];
    bench = new row::Bench();
    bench->state = 20240229;
    data = now->make(bench, now->adolc_size);
    point.clear();
    for (int k = 0; k < bench->narrays; k++) {
        row::BenchArray &a = bench->array[k];
        for (size_t i = 0; i < a.n && (a.role & row::BENCH_IN); i++)
            point.push_back(a.x[i].value());
    }
    derivative.assign(point.size(), 0);
}

static void record()
{
    const unsigned LARGE = 1u << 24; /* the tape stays in memory */
    double kept;
    bool outputs = false;
    size_t next = 0;
    seed.clear();
    trace_on(TAG, 0, LARGE, LARGE, LARGE, LARGE);
    for (int k = 0; k < bench->narrays; k++) {
        row::BenchArray &a = bench->array[k];
        for (size_t i = 0; i < a.n && (a.role & row::BENCH_IN); i++)
            a.x[i] <<= point[next++];
    }
    adouble value = now->primal(data);
    for (int k = 0; k < bench->narrays; k++) {
        row::BenchArray &a = bench->array[k];
        for (size_t i = 0; i < a.n && (a.role & row::BENCH_OUT); i++) {
            a.x[i] >>= kept;
            seed.push_back(a.seed[i]);
            outputs = true;
        }
    }
    if (!outputs) {
        value >>= kept;
        seed.push_back(1);
    }
    trace_off();
    result.assign(seed.size(), 0);
}

static const double *gradient()
{
    zos_forward(TAG, (int)seed.size(), (int)point.size(), 1, point.data(), result.data());
    fos_reverse(TAG, (int)seed.size(), (int)point.size(), seed.data(), derivative.data());
    return derivative.data();
}


extern "C" {
extern const AdolcRow ENTRY;
const AdolcRow ENTRY = {make, record, gradient};
}
