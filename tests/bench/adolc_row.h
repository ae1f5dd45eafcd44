/* adolc_row.h: what adolc.cc offers for a row. */
#ifndef ADOLC_ROW_H
#define ADOLC_ROW_H

typedef struct {
    void (*make)(int index);         /* the data of one of the row's cases */
    void (*record)(void);            /* a tape */
    const double *(*gradient)(void); /* by the tape: derivatives of all inputs, in the order in which `make` makes them */
} AdolcRow;

#endif
