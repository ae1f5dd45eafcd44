/* options.h: the option table, as options*.c share it. */
#ifndef ADGEN_OPTIONS_H
#define ADGEN_OPTIONS_H

#include "frontend.h"

/* How an option takes its argument. */
typedef enum {
    ARG_NONE,     /* --check */
    ARG_LONG,     /* --grad SPEC, --grad=SPEC */
    ARG_EITHER,   /* -Idir, -I dir, -o FILE */
    ARG_SEPARATE, /* -include FILE */
    ARG_JOINED,   /* -std=c99, -Wno-NAME */
    ARG_OPTIONAL  /* --header, --header=FILE */
} ArgKind;

/* The state of one parse. */
typedef struct {
    Options *opt;
    Arena *arena;
    Request *last;    /* the SPEC that --name and friends belong to */
    const char *name; /* the option being handled, as typed */
    const char *tape_storage; /* --tape-storage's argument or NULL */
    bool failed, stop;
} Parse;

/* A row of the table. A row whose set is NULL is the heading of those after it. */
typedef struct {
    const char *name;
    ArgKind arg;
    const char *meta; /* the argument's name in --help; alternatives as a|b|c, which completion offers */
    void (*set)(Parse *p, const char *arg);
    const char *help; /* NULL: listed with the option before it */
} OptionRow;

/* options_table.c: the rows; the last has neither name nor help. */
extern const OptionRow option_rows[];

/* Wrong usage: exit status 2. */
void usage_error(Parse *p, const char *fmt, ...);

/* options_help.c: what --help prints; the same as the manual page's OPTIONS; a completion script for bash. */
void print_help(Parse *p, const char *form);
/* What --explain prints about a warning; a usage error where there is none of that name. */
void print_explanation(Parse *p, const char *name);

#endif
