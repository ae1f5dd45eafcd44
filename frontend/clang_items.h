/* clang_items.h: what clang_item.c and clang_headers.c share: the list of a file's top-level items as it is made. */
#ifndef ADGEN_CLANG_ITEMS_H
#define ADGEN_CLANG_ITEMS_H

#include "clang_reader.h"

/* An item and where it is. Includes and macros are sorted among themselves only: they come before all declarations. */
typedef struct {
    TopItem *item;
    size_t order; /* offset in the main file; headers' items: that of the main file's declaration before them */
    size_t seq;   /* among those of one order */
} Placed;

typedef struct {
    Reader *r;
    Placed *at;
    size_t n, cap;
    Ptrs opened;      /* SourceFile*: headers that are read as if their text were the main file's */
    Ptrs once, twice; /* SourceFile*: headers by how often they are included */
    Ptrs
        directives; /* Directive*: #include, #define and #undef, in their order; empty where there is no #define in front of an #include */
} Items;

/* clang_item.c */
Placed *add_item(Items *items, size_t order);
/* N where the struct was read under `#pragma pack(N)`, which its text does not show; else 0. */
int pack_of(CXCursor c, const char *text);

/* clang_headers.c */
bool is_opened(const Items *items, CXFile file);
/* Does the declaration make a symbol that may exist once in a program? */
bool defines_symbol(CXCursor c);
/* Finds what is to be opened, for the declarations at file scope. */
void open_headers(Items *items, const Kids *top);
/* Adds the includes that OUT repeats, and the macros that these look at. */
void add_includes(Items *items);

#endif
