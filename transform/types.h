/* types.h: C types (types.c, union.c). */
#ifndef ADGEN_TYPES_H
#define ADGEN_TYPES_H

#include "support.h"

#include <stdint.h>

/* Arithmetic types, in conversion-rank order inside each class: TY(code, "C spelling", bytes, class). */
#define SCALAR_TYPES(TY)                                                                                               \
    TY(BOOL, "_Bool", 1, UNSIGNED)                                                                                     \
    TY(CHAR, "char", 1, SIGNED)                                                                                        \
    TY(SCHAR, "signed char", 1, SIGNED)                                                                                \
    TY(UCHAR, "unsigned char", 1, UNSIGNED)                                                                            \
    TY(SHORT, "short", 2, SIGNED)                                                                                      \
    TY(USHORT, "unsigned short", 2, UNSIGNED)                                                                          \
    TY(INT, "int", 4, SIGNED)                                                                                          \
    TY(UINT, "unsigned int", 4, UNSIGNED)                                                                              \
    TY(LONG, "long", 8, SIGNED)                                                                                        \
    TY(ULONG, "unsigned long", 8, UNSIGNED)                                                                            \
    TY(LLONG, "long long", 8, SIGNED)                                                                                  \
    TY(ULLONG, "unsigned long long", 8, UNSIGNED)                                                                      \
    TY(F32, "float", 4, FLOATING)                                                                                      \
    TY(F64, "double", 8, FLOATING)                                                                                     \
    TY(F80, "long double", 16, FLOATING)                                                                               \
    TY(CF32, "float _Complex", 8, COMPLEX)                                                                             \
    TY(CF64, "double _Complex", 16, COMPLEX)                                                                           \
    TY(CF80, "long double _Complex", 32, COMPLEX)

typedef enum {
#define TY(code, text, bytes, cls) TY_##code,
    SCALAR_TYPES(TY)
#undef TY
    TY_VOID,
    TY_PTR,    /* elem: pointee */
    TY_ARRAY,  /* elem, count; count < 0: length not known to the compiler (VLA or []), front end only */
    TY_RECORD, /* struct or union */
    TY_FUNC,   /* function type, opaque but for its spelling */
    TY_OPAQUE  /* a type adgen only passes on (FILE, va_list) */
} TypeKind;

typedef struct Type Type;
typedef struct Field {
    const char *name; /* NULL: anonymous member */
    Type *type;
    int64_t offset_bits; /* from the record's start */
    int bit_width;       /* bit-field width, 0: not a bit-field */
    bool is_const;
} Field;

/* Interned where unqualified: pointer equality is type equality (records: one Type per declaration).
 * Qualifiers live on Var (declarations) and Type.elem_const/elem_volatile of pointers, which do take part in identity. */
struct Type {
    TypeKind kind;
    Type *elem;
    int64_t count;
    bool elem_const, elem_volatile; /* TY_PTR: pointee qualifiers; TY_ARRAY: element is const */
    int64_t size, align;            /* bytes; 0 where unknown */
    const char *name;               /* TY_RECORD: as spelled, `struct Cam` or a typedef name; TY_FUNC, TY_OPAQUE: spelling */
    bool is_union;
    Field *fields;
    int nfields;
    void *vla_dim;                  /* front end only: the dimension's expression */
    Type *derived, *next_derived;   /* types.c: pointers to, arrays of, functions returning this type */
    /* TY_FUNC */
    Type *ret;
    Type **params;
    int nparams;
    bool variadic;
};

Type *type_scalar(TypeKind k);
Type *type_void(void);
Type *type_ptr(Type *elem);                       /* pointer to unqualified elem */
Type *type_ptr_q(Type *elem, bool is_const, bool is_volatile);
Type *type_array(Type *elem, int64_t count);
Type *type_array_q(Type *elem, int64_t count, bool is_const, bool is_volatile); /* of qualified elements */
/* Size and alignment of a record, and of the arrays of it that exist already. */
void type_set_layout(Type *record, int64_t size, int64_t align);
Type *type_record(const char *name, bool is_union); /* new each call; fill fields, size, align */
Type *type_func(Type *ret, Type **params, int nparams, bool variadic);
Type *type_opaque(const char *name);              /* one per name */
bool type_is_int(const Type *t);                  /* bool, char ... unsigned long long */
bool type_is_signed(const Type *t);
bool type_is_float(const Type *t);                /* F32 F64 F80 */
bool type_is_complex(const Type *t);
bool type_is_differentiable(const Type *t);       /* floating or complex: what can carry a derivative */
Type *type_real_of(const Type *t);                /* double of double _Complex; other types as they are */
Type *type_complex_of(Type *t);                   /* double _Complex of double; other types as they are */
bool type_is_scalar(const Type *t);               /* integer, floating, complex or pointer */
bool type_has_pointers(const Type *t);            /* looking into arrays and records */
bool type_leads_to_data(const Type *t);           /* the same without pointers to functions */
bool type_has_union(const Type *t);
/* Of a struct that ends in `T x[]`, `T x[0]` or `T x[1]`, which blocks of any size may go on with: the number of that field; else -1. */
int type_open_end(const Type *t);
bool type_has_float(const Type *t);               /* a floating or complex leaf, looking through arrays and records, not through pointers */
bool type_reaches_float(const Type *t);           /* also through pointers, but not void* and function pointers; recursive types are fine */
/* union.c: do a union's members see the same floating numbers wherever they overlap? */
bool union_is_one_view(const Type *t);
bool type_has_float_at(const Type *t, int64_t at, int64_t size); /* is any of these bytes part of one? */
/* The member of a union that has all numbers of all others; -1: none. */
int union_view(const Type *t);
/* union_parts.c: has t a union that can be copied neither as one of its members nor number by number and address by address? */
bool type_hides_numbers(const Type *t);
const char *type_spelling(const Type *t);         /* C type name of a type without declarator parts, e.g. "double" */
/* A C declaration `T name`: handles pointers, arrays, function pointers: type_declare(a, t, "p") -> "const double *p". */
char *type_declare(Arena *a, const Type *t, const char *name);

#endif
