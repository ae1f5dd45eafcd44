// std: c11
// check: --sparse --set n=9
// The matrices of matrix_structs.c as sparse ones, with more numbers than one sweep has.
#include "matrix_structs.c"
