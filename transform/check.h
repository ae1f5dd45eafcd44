/* check.h: what the files of --check share; private to check*.c. */
#ifndef ADGEN_CHECK_H_PRIVATE
#define ADGEN_CHECK_H_PRIVATE

#include "report.h"

/* One program's text on its way. */
typedef struct {
    Str *out;
    Arena *arena;
    const CheckOptions *opt;
    const Fn *fn;      /* the function whose arguments are being made */
    Loc loc;           /* of the parameter */
    int param, unique; /* number of the parameter; for names of loop counters */
    const char *local; /* the local with the parameter's name in the function that makes it, or NULL */
    bool by_value, failed;
    Ptrs inside;       /* Type*: records being made, to stop at lists and trees */
    const char *index; /* the element being made, for NAME[i]=EXPR; NULL outside arrays */
} Maker;

/* An argument: a parameter, a named global or the return value. */
typedef struct {
    const char *name;  /* the field in the struct of arguments */
    Type *type;        /* of the argument, unqualified */
    const Var *var;    /* NULL: the return value */
    Role role;
    bool by_value, is_global;
} Arg;

typedef struct {
    Arg *at;
    int n;
} Args;

/* check_call.c: prototypes of derivatives, and functions that call them with sets of arguments (runtime/adgen_check.h). */
bool check_is_matrix(Mode mode);
/* Is this derivative called as its two halves? */
bool check_is_split(const Request *rq, Mode mode);
void check_forward_prototype(Maker *m, const Args *args, const Request *rq); /* of the forward half */
/* `R name(primal..., d_..., d_return, d_globals...);` */
void check_prototype(Maker *m, const Args *args, const char *name, const Request *rq, Mode mode);
void check_call_halves(Maker *m, const Args *args, int id, const Request *rq);
/* A function ck_ROLE that makes one call: of the primal (or its like), or of a derivative. */
void check_call(Maker *m, const Args *args, int id, const char *role, const char *name, Mode mode, bool derivative, const Request *rq);
/* --directions: of several at once. */
void check_lanes_prototype(Maker *m, const Args *args, const Request *rq);
void check_call_lanes(Maker *m, const Args *args, int id, const Request *rq);

#endif
