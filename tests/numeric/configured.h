/* What it declares depends on the macros in front of its #include. */
#ifndef CONFIGURED_H
#define CONFIGURED_H
#ifdef USE_DOUBLE
typedef double real;
#else
typedef float real;
#endif
struct filter {
#if TAPS > 4
    char kind;
    real gain;
#endif
    real tap[TAPS];
};
#endif
