/* clang_type.c: C types from libclang's. One Type per record declaration, also across the given files. */
#include "clang_reader.h"

#include <string.h>

/* ---------------------------------------------------------------------- qualifiers and questions */

/* Canonical array types carry their elements' qualifiers themselves: every level is asked. */
static bool any_level(CXType t, unsigned (*qualified)(CXType))
{
    for (t = clang_getCanonicalType(t);; t = clang_getCanonicalType(clang_getArrayElementType(t))) {
        if (qualified(t))
            return true;
        if (t.kind != CXType_ConstantArray && t.kind != CXType_IncompleteArray && t.kind != CXType_VariableArray)
            return false;
    }
}

bool cx_is_const(CXType t)
{
    return any_level(t, clang_isConstQualifiedType);
}

bool cx_is_volatile(CXType t)
{
    return any_level(t, clang_isVolatileQualifiedType);
}

bool cx_has_vla(CXType t)
{
    for (t = clang_getCanonicalType(t);; t = clang_getCanonicalType(t)) {
        if (t.kind == CXType_VariableArray)
            return true;
        if (t.kind == CXType_Pointer)
            t = clang_getPointeeType(t);
        else if (t.kind == CXType_ConstantArray || t.kind == CXType_IncompleteArray)
            t = clang_getArrayElementType(t);
        else
            return false;
    }
}

bool same_shape(const Type *a, const Type *b)
{
    while (a != b) {
        if (a->kind != b->kind || (a->kind != TY_PTR && a->kind != TY_ARRAY))
            return false;
        if (a->kind == TY_ARRAY && a->count >= 0 && b->count >= 0 && a->count != b->count)
            return false;
        a = a->elem;
        b = b->elem;
    }
    return true;
}

bool type_is_va_list(const Type *t)
{
    return t->kind == TY_OPAQUE && !strcmp(t->name, "va_list");
}

/* ---------------------------------------------------------------------- arithmetic conversions */

Type *promoted(Type *t)
{
    return type_is_int(t) && t->kind < TY_INT ? type_scalar(TY_INT) : t;
}

static TypeKind real_kind(TypeKind k)
{
    return k >= TY_CF32 && k <= TY_CF80 ? (TypeKind)(k - TY_CF32 + TY_F32) : k;
}

/* C11 6.3.1.8. A complex operand makes the result complex; the real operand stays real. */
Type *usual_arithmetic(Type *a, Type *b)
{
    if (!type_is_scalar(a) || !type_is_scalar(b) || a->kind == TY_PTR || b->kind == TY_PTR)
        return a;
    TypeKind x = real_kind(a->kind), y = real_kind(b->kind);
    if (x >= TY_F32 || y >= TY_F32) {
        TypeKind wide = x > y ? x : y;
        return type_scalar(type_is_complex(a) || type_is_complex(b) ? (TypeKind)(wide - TY_F32 + TY_CF32) : wide);
    }
    a = promoted(a);
    b = promoted(b);
    if (a->kind == b->kind)
        return a;
    if (type_is_signed(a) == type_is_signed(b))
        return a->kind > b->kind ? a : b;
    Type *s = type_is_signed(a) ? a : b, *u = type_is_signed(a) ? b : a;
    if (u->kind > s->kind) /* the table has each unsigned type right after its signed one */
        return u;
    return s->size > u->size ? s : type_scalar((TypeKind)(s->kind + 1));
}

/* ---------------------------------------------------------------------- records */

/* A record of an earlier file: the same declaration, from a header or repeated, is the same Type. */
typedef struct {
    const char *usr;    /* libclang's name for the declaration */
    const char *layout; /* size and fields: two files may have different records of one name */
    bool complete;
    Type *type;
} Known;

static void collapse_blanks(char *text)
{
    char *to = text;
    for (const char *from = text; *from; from++)
        if (*from != ' ' && *from != '\n')
            *to++ = *from;
        else if (to > text && to[-1] != ' ')
            *to++ = ' ';
    *to = '\0';
}

/* "struct Cam", or the typedef's name of an untagged record; one without any name is named by its definition. */
static const char *record_name(Reader *r, CXType t)
{
    char *name = take_string(r->scratch, clang_getTypeSpelling(clang_getUnqualifiedType(t)));
    if (!strchr(name, '('))
        return name;
    char *text = decl_source(r, clang_getTypeDeclaration(t), r->policy);
    collapse_blanks(text);
    return text;
}

static bool is_unnamed_bits(CXCursor field)
{
    if (!clang_Cursor_isBitField(field))
        return false;
    CXString name = clang_getCursorSpelling(field);
    bool unnamed = !clang_getCString(name)[0] || strchr(clang_getCString(name), '(');
    clang_disposeString(name);
    return unnamed;
}

static enum CXVisitorResult push_field(CXCursor c, CXClientData data)
{
    Ptrs *fields = data;
    if (!is_unnamed_bits(c)) { /* padding: nothing initialises or reads it */
        CXCursor *copy = arena_alloc(fields->arena, sizeof *copy);
        *copy = c;
        ptrs_push(fields, copy);
    }
    return CXVisit_Continue;
}

static const char *layout_text(Reader *r, CXType t, const Ptrs *fields)
{
    Str s = {.arena = r->program->arena};
    str_fmt(&s, "%lld:", clang_Type_getSizeOf(t));
    for (size_t i = 0; i < fields->n; i++) {
        CXCursor f = *(CXCursor *)fields->at[i];
        str_fmt(&s, "%s@%lld %s;", take_string(r->scratch, clang_getCursorSpelling(f)), clang_Cursor_getOffsetOfField(f),
                take_string(r->scratch, clang_getTypeSpelling(clang_getCanonicalType(clang_getCursorType(f)))));
    }
    return s.s;
}

/* The entry of an equal declaration in a file read before, where one of the two may be incomplete; else a new entry without type. */
static Known *known_record(Reader *r, CXCursor decl, const char *layout, bool complete)
{
    Ptrs *table = r->program->front;
    const char *usr = take_string(r->arena, clang_getCursorUSR(decl));
    for (size_t i = 0; i < table->n; i++) {
        Known *k = table->at[i];
        if (!strcmp(k->usr, usr) && (!complete || !k->complete || !strcmp(k->layout, layout)))
            return k;
    }
    Known *k = arena_alloc(table->arena, sizeof *k);
    *k = (Known){usr, layout, false, NULL};
    ptrs_push(table, k);
    return k;
}

static void fill_fields(Reader *r, Type *t, const Ptrs *fields)
{
    t->fields = arena_alloc(r->arena, fields->n * sizeof *t->fields);
    for (size_t i = 0; i < fields->n; i++) {
        CXCursor c = *(CXCursor *)fields->at[i];
        char *name = take_string(r->arena, clang_getCursorSpelling(c));
        Field *f = &t->fields[t->nfields++];
        f->name = name[0] && !strchr(name, '(') ? name : NULL;
        f->offset_bits = clang_Cursor_getOffsetOfField(c);
        f->bit_width = clang_Cursor_isBitField(c) ? clang_getFieldDeclBitWidth(c) : 0;
        f->is_const = cx_is_const(clang_getCursorType(c));
        f->type = read_type(r, clang_getCursorType(c));
    }
}

static Type *read_record(Reader *r, CXType t, const void *key)
{
    CXCursor decl = clang_getTypeDeclaration(t);
    const char *name = record_name(r, t);
    if (name && !strcmp(name, "struct _IO_FILE"))
        return type_opaque("FILE");
    if (name && !strcmp(name, "struct __va_list_tag"))
        return type_opaque("va_list");
    if (!r->program->front) {
        Ptrs *table = arena_alloc(r->arena, sizeof *table);
        table->arena = r->arena;
        r->program->front = table;
    }
    Ptrs fields = {.arena = r->scratch};
    clang_Type_visitFields(t, push_field, &fields);
    long long size = clang_Type_getSizeOf(t), align = clang_Type_getAlignOf(t);
    bool complete = size >= 0;
    const char *layout = layout_text(r, t, &fields);
    Known *k = known_record(r, decl, layout, complete);
    if (!k->type)
        k->type = type_record(name, clang_getCursorKind(decl) == CXCursor_UnionDecl);
    ptrmap_put(&r->types, key, k->type); /* before the fields: they may point back to it */
    if (complete && !k->complete) {
        k->complete = true;
        k->layout = layout;
        k->type->size = size;
        k->type->align = align > 0 ? align : 1;
        fill_fields(r, k->type, &fields);
    }
    return k->type;
}

/* ---------------------------------------------------------------------- all types */

/* libclang's builtin kinds that are arithmetic in C; -1: none of ours. */
static int scalar_kind(enum CXTypeKind k)
{
    switch (k) {
    case CXType_Bool:
        return TY_BOOL;
    case CXType_Char_U:
    case CXType_Char_S:
        return TY_CHAR;
    case CXType_SChar:
        return TY_SCHAR;
    case CXType_UChar:
        return TY_UCHAR;
    case CXType_Short:
        return TY_SHORT;
    case CXType_UShort:
        return TY_USHORT;
    case CXType_Int:
        return TY_INT;
    case CXType_UInt:
        return TY_UINT;
    case CXType_Long:
        return TY_LONG;
    case CXType_ULong:
        return TY_ULONG;
    case CXType_LongLong:
        return TY_LLONG;
    case CXType_ULongLong:
        return TY_ULLONG;
    case CXType_Float:
        return TY_F32;
    case CXType_Double:
        return TY_F64;
    case CXType_LongDouble:
        return TY_F80;
    default:
        return -1;
    }
}

static Type *opaque_type(Reader *r, CXType t)
{
    return type_opaque(take_string(r->scratch, clang_getTypeSpelling(clang_getUnqualifiedType(t))));
}

static Type *read_fn_type(Reader *r, CXType t)
{
    int n = clang_getNumArgTypes(t);
    if (n < 0)
        n = 0;
    Type **params = arena_alloc(r->scratch, (size_t)n * sizeof *params);
    for (int i = 0; i < n; i++) {
        params[i] = read_type(r, clang_getArgType(t, (unsigned)i));
        if (params[i]->kind == TY_ARRAY) /* libclang gives the parameter as declared */
            params[i] = type_ptr_q(params[i]->elem, cx_is_const(clang_getArgType(t, (unsigned)i)), false);
    }
    return type_func(read_type(r, clang_getResultType(t)), params, n,
                     clang_isFunctionTypeVariadic(t) && t.kind == CXType_FunctionProto);
}

static Type *pointer_to(CXType pointee, Type *elem)
{
    return type_is_va_list(elem) ? elem : type_ptr_q(elem, cx_is_const(pointee), cx_is_volatile(pointee));
}

static Type *array_of(Type *elem, int64_t count)
{
    return type_is_va_list(elem) ? elem : type_array(elem, count);
}

static Type *complex_type(Reader *r, CXType t)
{
    Type *part = read_type(r, clang_getElementType(t));
    return type_is_float(part) ? type_scalar((TypeKind)(part->kind - TY_F32 + TY_CF32)) : opaque_type(r, t);
}

static Type *build_type(Reader *r, CXType t, const void *key)
{
    int kind = scalar_kind(t.kind);
    if (kind >= 0)
        return type_scalar((TypeKind)kind);
    switch (t.kind) {
    case CXType_Void:
        return type_void();
    case CXType_Complex:
        return complex_type(r, t);
    case CXType_Pointer:
        return pointer_to(clang_getPointeeType(t), read_type(r, clang_getPointeeType(t)));
    case CXType_ConstantArray:
        return array_of(read_type(r, clang_getArrayElementType(t)), clang_getArraySize(t));
    case CXType_IncompleteArray:
    case CXType_VariableArray:
        return array_of(read_type(r, clang_getArrayElementType(t)), -1);
    case CXType_Record:
        return read_record(r, t, key);
    case CXType_Enum:
        return read_type(r, clang_getEnumDeclIntegerType(clang_getTypeDeclaration(t)));
    case CXType_FunctionProto:
    case CXType_FunctionNoProto:
        return read_fn_type(r, t);
    case CXType_Atomic:
        return read_type(r, clang_Type_getValueType(t));
    case CXType_NullPtr:
        return type_ptr(type_void());
    default:
        return opaque_type(r, t);
    }
}

Type *read_type(Reader *r, CXType t)
{
    t = clang_getCanonicalType(t);
    /* The address of the canonical type, low bits qualifiers: libclang's own identity of types. */
    const void *key = t.data[0];
    if (!key)
        return type_opaque("unknown type");
    Type *known = ptrmap_get(&r->types, key);
    if (known)
        return known;
    Type *built = build_type(r, t, key);
    ptrmap_put(&r->types, key, built);
    return built;
}

/* ---------------------------------------------------------------------- VLAs as declared */

typedef struct {
    Reader *r;
    const Kids *dims;
    int next;
    int vlas; /* runtime dimensions still to come: constant ones may have no child (hidden in a typedef, or []) */
} Dims;

static int count_vlas(CXType t)
{
    int n = 0;
    for (t = clang_getCanonicalType(t);; t = clang_getCanonicalType(t)) {
        if (t.kind == CXType_Pointer) {
            t = clang_getPointeeType(t);
        } else if (t.kind == CXType_VariableArray || t.kind == CXType_ConstantArray || t.kind == CXType_IncompleteArray) {
            n += t.kind == CXType_VariableArray;
            t = clang_getArrayElementType(t);
        } else {
            return n;
        }
    }
}

static void skip_constant_dims(Dims *d, CXType t)
{
    for (; t.kind == CXType_ConstantArray; t = clang_getArrayElementType(t))
        d->next += d->dims->n - d->next > d->vlas;
}

static Type *written(Dims *d, CXType t)
{
    Reader *r = d->r;
    if (t.kind == CXType_Elaborated)
        t = clang_Type_getNamedType(t);
    /* A typedef's dimensions were fixed where it was declared: what they are here cannot be said. */
    if (t.kind == CXType_Typedef)
        return read_type(r, t);
    if (!cx_has_vla(t)) {
        skip_constant_dims(d, t);
        return read_type(r, t);
    }
    if (t.kind != CXType_Pointer && t.kind != CXType_ConstantArray && t.kind != CXType_IncompleteArray &&
        t.kind != CXType_VariableArray)
        t = clang_getCanonicalType(t); /* parentheses of a declarator */
    if (t.kind == CXType_Pointer)
        return pointer_to(clang_getPointeeType(t), written(d, clang_getPointeeType(t)));
    Type *elem = written(d, clang_getArrayElementType(t));
    int left = d->dims->n - d->next;
    if (t.kind == CXType_ConstantArray) {
        d->next += left > d->vlas;
        return type_array(elem, clang_getArraySize(t));
    }
    Type *array = type_array(elem, -1);
    if (t.kind == CXType_VariableArray) {
        d->vlas--;
        if (left > 0)
            array->vla_dim = read_expr(r, d->dims->at[d->next++]);
    }
    return array;
}

Type *read_written_type(Reader *r, CXType t, const Kids *dims)
{
    Dims d = {r, dims, 0, count_vlas(t)};
    return cx_has_vla(t) ? written(&d, t) : read_type(r, t);
}

/* ---------------------------------------------------------------------- spelling */

const char *spelled_base(Reader *r, CXType t)
{
    for (;;) {
        if (t.kind == CXType_Elaborated)
            t = clang_Type_getNamedType(t);
        else if (t.kind == CXType_Pointer)
            t = clang_getPointeeType(t);
        else if (t.kind == CXType_ConstantArray || t.kind == CXType_IncompleteArray || t.kind == CXType_VariableArray)
            t = clang_getArrayElementType(t);
        else
            break;
    }
    CXType canonical = clang_getCanonicalType(t);
    if (t.kind == CXType_Typedef) {
        bool hides_declarator = canonical.kind == CXType_Pointer || canonical.kind == CXType_ConstantArray ||
                                canonical.kind == CXType_IncompleteArray || canonical.kind == CXType_VariableArray ||
                                canonical.kind == CXType_FunctionProto || canonical.kind == CXType_FunctionNoProto;
        return hides_declarator ? NULL : take_string(r->arena, clang_getTypedefName(t));
    }
    if (t.kind == CXType_Enum) {
        char *name = take_string(r->arena, clang_getTypeSpelling(clang_getUnqualifiedType(t)));
        return strchr(name, '(') ? NULL : name;
    }
    return NULL;
}
