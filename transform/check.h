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
    bool by_value, failed, quiet;
    Ptrs inside;       /* Type*: records being made, to stop at lists and trees */
    const char *index; /* the element being made, for NAME[i]=EXPR; NULL outside arrays */
    const char *shown, *shown_at; /* its name for messages, for printf, and the indices in it: "s.w[%ld]", ", ad_ck_k0" */
    int shown_n;
    Ptrs macros; /* of the source */
    bool single; /* the record that a pointer points to, next to be shown: p->b, not p[0].b */
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

/* check_macros.c: the names of the macros that the source defines; a text in which they are not defined, and then are again. */
Ptrs check_macros(Program *p, const char *source);
void check_macros_aside(Str *out, const Ptrs *macros);
void check_macros_back(Str *out, const Ptrs *macros);

/* check_arguments.c: the arguments of a function: those of rq are all that it differentiates (NULL: none). */
Args check_args_of(Maker *m, const Fn *fn, const Request *rq);
/* struct ad_ck_args<id>, and the function ad_ck_build<id> that makes them. */
void check_args_struct(Maker *m, const Args *args, int id);
void check_build_function(Maker *m, const Args *args, int id);
/* AD_CK_F64 and the like. */
const char *check_kind_name(const Type *t);

/* check_call.c: prototypes of derivatives, and functions that call them with sets of arguments (runtime/adgen_check.h). */
bool check_is_matrix(Mode mode);
/* Is this derivative called as its two halves? */
bool check_is_split(const Request *rq, Mode mode);
void check_forward_prototype(Maker *m, const Args *args, const Request *rq); /* of the forward half */
/* `R name(primal..., d_..., d_return, d_globals...);` */
void check_prototype(Maker *m, const Args *args, const char *name, const Request *rq, Mode mode);
void check_call_halves(Maker *m, const Args *args, int id, const Request *rq);
/* A function ad_ck_ROLE that makes one call: of the primal (or its like), or of a derivative. */
void check_call(Maker *m, const Args *args, int id, const char *role, const char *name, Mode mode, bool derivative, const Request *rq);
/* --directions: of several at once. */
void check_lanes_prototype(Maker *m, const Args *args, const Request *rq);
void check_call_lanes(Maker *m, const Args *args, int id, const Request *rq);

#endif
