/* nest.h: what nest.c, gather.c, ends.c, refill.c and zeros.c know of the memory of a derivative whose storage is resolved. Private to them. */
#ifndef ADGEN_NEST_H
#define ADGEN_NEST_H

#include "analysis.h"
#include "derivative.h"

typedef FinalMemory Memory;

/* Two sums may change places where they never meet, or belong to different parameters: then they meet only if the caller has them overlap,
 * and are added all the same. */
bool sums_commute(const MemInfo *m, const Op *x, const Op *y);

/* refill.c: bytes [lo, hi) behind an address's root. */
typedef struct {
    Poly lo, hi;
} Extent;
/* Those that the access gets at in the loop around it, from one element to the next; what they depend on is known outside `out`. */
bool walked_bytes(const MemInfo *m, const Op *access, const Op *out, Extent *extent);

/* zeros.c: the store in a loop close before op by which the bytes, behind the root of what the sum adds to, are all zero before op; NULL:
 * they may not be. *read: one of them may be read between. */
Op *clearing_before(const Memory *memory, const Op *op, const Op *sum, const Extent *bytes, bool *read);

/* ends.c: only those are cleared that are not `stored` later, without being read before. False: as it was. */
bool clear_only_ends(const Memory *memory, Op *clearing, const Extent *stored);

/* gather.c: most - least >= need; no difference overflows, of int or from a small constant on. */
Value *build_room(Builder *b, Value *least, Value *most, int64_t need);

/* rows.c: the bytes behind root that the store fills in each iteration of `loop`, without a gap, in the loops around it in there: rows one
 * behind the other. Dimensions of `declared` are positive; NULL: what
 * is said holds where all these loops run. False: it may not. */
bool fills_once(const MemInfo *m, const Op *store, const Value *root, const Region *r, const Op *declared, Extent *out); /* ... in each execution of r */
bool fills_range(const MemInfo *m, const Op *store, const Value *root, const Op *loop, const Op *declared, Extent *out);
/* Does each of the n (at most MOST_PARTS) begin where another one ends, or at lo? *hi: where the last one ends. */
enum { MOST_PARTS = 8 };
bool ranges_join(const Extent *part, int n, const Poly *lo, Poly *hi);

#endif
