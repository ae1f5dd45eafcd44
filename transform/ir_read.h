/* ir_read.h: private to ir_read.c and ir_parse.c: reading the pieces of the IR's text form. */
#ifndef ADGEN_IR_READ_H
#define ADGEN_IR_READ_H

#include "transform.h"

/* After the first error the cursor stays at the end of the text, so that every loop ends. */
typedef struct {
    const char *at, *end, *line_start;
    int file, line;
    bool failed;
    Program *program;
    Arena *arena;      /* scratch */
    StrMap records, vars, fns;
    int *files;        /* file number in the text -> diag file */
    int nfiles;
    /* of the function being read */
    Fn *fn;
    Ptrs values;       /* by number */
    PtrMap labels;     /* see label_key in ir_parse.c -> Op* */
} IrReader;

void ir_fail(IrReader *p, const char *what); /* the first error; the cursor then stays at the end of the text */
bool ir_is_word(char c);
char ir_peek(const IrReader *p);
void ir_skip_blanks(IrReader *p); /* and a comment */
void ir_skip_lines(IrReader *p);
bool ir_accept(IrReader *p, const char *token); /* a token, if it comes next */
void ir_expect(IrReader *p, const char *token);
bool ir_accept_word(IrReader *p, const char *word); /* ... that no word character follows */
char *ir_take_word(IrReader *p, const char *more); /* word characters and those in `more`; may be empty */
long long ir_take_int(IrReader *p);
int ir_take_count(IrReader *p); /* 0 to 50 million */
char *ir_take_quoted(IrReader *p); /* lives as long as the program */
Loc ir_take_loc(IrReader *p); /* file -1 where there is none */
void ir_end_line(IrReader *p);
Type *ir_take_record(IrReader *p);
Var *ir_take_var(IrReader *p);
Fn *ir_take_fn(IrReader *p);
Type *ir_take_type(IrReader *p);

#endif
