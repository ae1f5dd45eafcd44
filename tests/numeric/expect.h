/* What tests/numeric/X.main.c compare with. */
#ifndef EXPECT_H
#define EXPECT_H
#include <math.h>
#include <stdio.h>

static int wrong;

/* GOT against WANT, which is worked out by hand. */
#define EXPECT(got, want)                                                                                                          \
    do {                                                                                                                           \
        double got_ = (got), want_ = (want);                                                                                       \
        if (!(fabs(got_ - want_) <= 1e-12 * (1 + fabs(want_)))) {                                                                  \
            printf("line %d: %s is %.17g instead of %.17g\n", __LINE__, #got, got_, want_);                                        \
            wrong = 1;                                                                                                             \
        }                                                                                                                          \
    } while (0)

#endif
