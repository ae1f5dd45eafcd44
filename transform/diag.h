/* diag.h: what the user is told; part of transform.h, which comes before it. */
#ifndef ADGEN_DIAG_H
#define ADGEN_DIAG_H

/* ====================================================================== diag.c: what the user is told */

typedef struct {
    int file; /* index into the diagnostics' file list; -1: none */
    int line, col; /* 1-based; 0: unknown */
} Loc;

/* Registers a source file's name and text (for the caret line); returns its index. text may be NULL. */
int diag_add_file(const char *name, const char *text, size_t len);
const char *diag_file_name(int file);
const char *diag_file_text(int file); /* "" where it cannot be read */

/* An error in the user's input: `file:line:col: error: ...`, the source line and a caret. Counts; the same error twice is shown once. */
void diag_error(Loc loc, const char *fmt, ...);
void diag_warning(Loc loc, const char *name, const char *fmt, ...); /* [-Wname]; -Werror makes it an error */
void diag_note(Loc loc, const char *fmt, ...);                      /* belongs to the diagnostic before it */
/* A fix-it of the error or note before it: what to write instead of `len` characters at loc. Nothing where the place is not in a file. */
void diag_fix(Loc loc, int len, const char *text);
/* Moves *loc to the next place of a word from there on, or of the parenthesis that closes the next one that opens; false: there is none
 * before the next ; or {. */
bool diag_find_word(Loc *loc, const char *word);
bool diag_find_close(Loc *loc);
int diag_error_count(void);
void diag_set_werror(bool on);
void diag_set_max_errors(int n);                                    /* -fmax-errors=N; 0: all are shown */
void diag_set_output(FILE *out);                                    /* NULL: standard error */
void diag_reset(void);                                              /* forgets files, counts and options (for tests) */
/* Called after each error that is shown, to add notes; NULL: nothing. */
void diag_set_context(void (*add_notes)(Loc loc, void *ctx), void *ctx);
/* call_path.c: such a function for a Request* that is being derived: `needed by loss_grad: loss -> layer`. */
void note_call_path(Loc loc, void *request);
/* The end of the run with this exit status: writes what is outstanding. ICE and limits do it themselves. */
void diag_finish(int status);

/* A warning or (match: what is in its message) an error: its name, whether it is on from the start, one line about it, an explanation and
 * an example (--explain). */
typedef struct {
    const char *name;
    bool on;
    const char *match;
    const char *summary, *text, *example;
} WarningRow;
/* The rows of diagnostics.h; every name given to diag_warning is there. NULL: no such warning. */
const WarningRow *warning_find(const char *name);
const WarningRow *diagnostic_find(const char *name); /* a warning or an error */
const char *diagnostic_names(Arena *a, bool errors); /* all warnings, and errors, with spaces between */
/* NAME, no-NAME, error=NAME, no-error=NAME of a -W option. False: unknown (as in gcc, an unknown no-NAME is not an error). */
bool diag_set_warning(const char *option);

typedef enum { DIAG_TEXT, DIAG_JSON, DIAG_SARIF } DiagFormat;
typedef enum { COLOUR_AUTO, COLOUR_ALWAYS, COLOUR_NEVER } DiagColour;
void diag_set_format(DiagFormat format);
bool diag_is_json(void);
void diag_set_colour(DiagColour colour); /* auto: on a terminal */

/* diag_format.c: diagnostics for programs. */
typedef enum { DIAG_SEVERITY_ERROR, DIAG_SEVERITY_WARNING, DIAG_SEVERITY_NOTE } Severity;
typedef struct {
    Severity severity;
    Loc loc;
    const char *text;
    const char *option; /* "-Wname", "-Werror=name", an error's name, or NULL */
    Ptrs notes;         /* Diagnostic* */
    Loc fix_at;         /* fix_len characters there become fix, unless that is NULL */
    int fix_len;
    const char *fix;
} Diagnostic;
void diag_write_json(FILE *out, const Diagnostic *d); /* one line */
void diag_write_sarif(FILE *out, const Ptrs *all, const WarningRow *rules, int nrules, int status);
/* The source line of a place (*line NULL: unknown), the column after the word that begins there; returns the line's length. */
int diag_columns(Loc loc, const char **line, int *end);

/* adgen's own mistake, or a limit: says what to report, exit 3. */
_Noreturn void ice_at(const char *file, int line, const char *fmt, ...);
_Noreturn void limit_exceeded(Loc loc, const char *fmt, ...);
#define ICE(...) ice_at(__FILE__, __LINE__, __VA_ARGS__)

#endif
