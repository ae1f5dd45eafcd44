/* clang_parse.c: a file through libclang: arguments, diagnostics, places; then the readers of declarations and bodies. */
#include "clang_reader.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifndef ADGEN_INCLUDE_DIR
#define ADGEN_INCLUDE_DIR "/usr/local/include"
#endif

/* Nested deeper than this: exit 3. The thread's stack (main.c) is large enough for it. */
enum { MAX_DEPTH = 20000 };

/* libclang has no <omp.h> of its own, and gcc's does not parse in it. What the API needs for reading: */
#define OMP_HEADER_DIR "/adgen-omp"
static const char omp_header[] =
    "#pragma GCC system_header\n"
    "typedef struct { unsigned char lock[8]; } omp_lock_t;\n"
    "typedef struct { unsigned char lock[16]; } omp_nest_lock_t;\n"
    "typedef enum { omp_sched_static = 1, omp_sched_dynamic, omp_sched_guided, omp_sched_auto } omp_sched_t;\n"
    "int omp_get_num_threads(void); int omp_get_max_threads(void); int omp_get_thread_num(void); int omp_get_num_procs(void);\n"
    "void omp_set_num_threads(int n); int omp_in_parallel(void); void omp_set_dynamic(int on); int omp_get_dynamic(void);\n"
    "void omp_set_nested(int on); int omp_get_nested(void); int omp_get_level(void); int omp_get_thread_limit(void);\n"
    "void omp_set_schedule(omp_sched_t kind, int chunk); void omp_get_schedule(omp_sched_t *kind, int *chunk);\n"
    "double omp_get_wtime(void); double omp_get_wtick(void);\n"
    "void omp_init_lock(omp_lock_t *l); void omp_destroy_lock(omp_lock_t *l); void omp_set_lock(omp_lock_t *l);\n"
    "void omp_unset_lock(omp_lock_t *l); int omp_test_lock(omp_lock_t *l);\n"
    "void omp_init_nest_lock(omp_nest_lock_t *l); void omp_destroy_nest_lock(omp_nest_lock_t *l);\n"
    "void omp_set_nest_lock(omp_nest_lock_t *l); void omp_unset_nest_lock(omp_nest_lock_t *l); int "
    "omp_test_nest_lock(omp_nest_lock_t *l);\n";

/* ---------------------------------------------------------------------- cursors, strings, places */

char *take_string(Arena *a, CXString s)
{
    const char *text = clang_getCString(s);
    char *copy = arena_strdup(a, text ? text : "");
    clang_disposeString(s);
    return copy;
}

typedef struct {
    Arena *arena;
    Kids kids;
    int cap;
} KidsVisit;

static enum CXChildVisitResult visit_kid(CXCursor c, CXCursor parent, CXClientData data)
{
    KidsVisit *v = data;
    (void)parent;
    if (v->kids.n == v->cap) {
        v->cap = v->cap ? 2 * v->cap : 4;
        CXCursor *more = arena_alloc(v->arena, (size_t)v->cap * sizeof *more);
        if (v->kids.n)
            memcpy(more, v->kids.at, (size_t)v->kids.n * sizeof *more);
        v->kids.at = more;
    }
    v->kids.at[v->kids.n++] = c;
    return CXChildVisit_Continue;
}

Kids cursor_kids(Reader *r, CXCursor c)
{
    KidsVisit v = {.arena = r->scratch};
    clang_visitChildren(c, visit_kid, &v);
    return v.kids;
}

SourceFile *source_file(Reader *r, CXFile file)
{
    if (!file)
        return NULL;
    SourceFile *f = ptrmap_get(&r->files, file);
    if (f)
        return f;
    f = arena_alloc(r->arena, sizeof *f);
    const char *text = clang_getFileContents(r->tu, file, &f->len);
    f->text = text ? arena_strndup(r->arena, text, f->len) : NULL;
    if (!text)
        f->len = 0;
    f->diag = diag_add_file(take_string(r->arena, clang_getFileName(file)), f->text, f->len);
    ptrmap_put(&r->files, file, f);
    return f;
}

static Place place_of(Reader *r, CXSourceLocation at)
{
    CXFile file;
    unsigned line, col, offset;
    clang_getExpansionLocation(at, &file, &line, &col, &offset);
    SourceFile *f = source_file(r, file);
    return (Place){f, offset, {f ? f->diag : -1, (int)line, (int)col}};
}

Place cursor_place(Reader *r, CXCursor c)
{
    return place_of(r, clang_getCursorLocation(c));
}

Loc cursor_loc(Reader *r, CXCursor c)
{
    return cursor_place(r, c).loc;
}

bool cursor_in_main(Reader *r, CXCursor c)
{
    CXFile file;
    clang_getExpansionLocation(clang_getCursorLocation(c), &file, NULL, NULL, NULL);
    return file && clang_File_isEqual(file, r->main_file);
}

bool cursor_in_system(CXCursor c)
{
    CXFile file;
    CXSourceLocation at = clang_getCursorLocation(c);
    clang_getExpansionLocation(at, &file, NULL, NULL, NULL);
    return !file || clang_Location_isInSystemHeader(at);
}

void reader_enter(Reader *r, CXCursor c)
{
    if (++r->depth > MAX_DEPTH)
        limit_exceeded(cursor_loc(r, c), "nested more than %d levels deep; split the statement or the function", MAX_DEPTH);
}

/* ---------------------------------------------------------------------- arguments */

static bool has_header(Arena *a, const char *dir)
{
    return access(arena_printf(a, "%s/adgen.h", dir), R_OK) == 0;
}

/* Where <adgen.h> is: beside the program as it was built or installed, else where it was to be installed. */
static const char *adgen_include_dir(Arena *a)
{
    char exe[4096];
    ssize_t n = readlink("/proc/self/exe", exe, sizeof exe - 1);
    if (n > 0) {
        exe[n] = '\0';
        static const char *const near[] = {"../include", "../runtime", "../../runtime", "../../../runtime"};
        char *slash = strrchr(exe, '/');
        if (slash)
            *slash = '\0';
        for (size_t i = 0; i < sizeof near / sizeof *near; i++) {
            const char *dir = arena_printf(a, "%s/%s", exe, near[i]);
            if (has_header(a, dir))
                return dir;
        }
    }
    return ADGEN_INCLUDE_DIR;
}

/* What <complex.h> of glibc says to gcc alone. */
static const char *const cmplx[] = {
    "-DCMPLX(x,y)=__builtin_complex((double)(x),(double)(y))",
    "-DCMPLXF(x,y)=__builtin_complex((float)(x),(float)(y))",
    "-DCMPLXL(x,y)=__builtin_complex((long double)(x),(long double)(y))",
};

static bool is_before_c11(const char *std)
{
    return strstr(std, "89") || strstr(std, "90") || strstr(std, "99") || strstr(std, "9x");
}

static Ptrs clang_arguments(const Reader *r)
{
    const Options *opt = r->opt;
    Ptrs args = {.arena = r->scratch};
    static char xc[] = "-xc", quiet[] = "-w", depth[] = "-fbracket-depth=4096", adgen[] = "-D__ADGEN__=1", gnu11[] = "-std=gnu11",
                include[] = "-idirafter", openmp[] = "-D_OPENMP=201511", omp_dir[] = OMP_HEADER_DIR;
    ptrs_push(&args, xc);
    if (!opt->std)
        ptrs_push(&args, gnu11);
    for (size_t i = 0; i < opt->clang_args.n; i++)
        if (strncmp(opt->clang_args.at[i], "-fopenmp", 8)) /* with it, loop bodies would collapse to captured references */
            ptrs_push(&args, opt->clang_args.at[i]);
    if (!opt->std || !is_before_c11(opt->std))
        for (size_t i = 0; i < sizeof cmplx / sizeof *cmplx; i++)
            ptrs_push(&args, arena_strdup(r->scratch, cmplx[i]));
    ptrs_push(&args, quiet);
    ptrs_push(&args, depth);
    ptrs_push(&args, adgen);
    ptrs_push(&args, include);
    ptrs_push(&args, arena_strdup(r->scratch, adgen_include_dir(r->scratch)));
    ptrs_push(&args, include);
    ptrs_push(&args, omp_dir);
    if (opt->openmp)
        ptrs_push(&args, openmp);
    return args;
}

/* ---------------------------------------------------------------------- diagnostics */

/* clang's own headers, which come in a package of their own. */
static bool is_compiler_header(const char *message)
{
    static const char *const names[] = {"'stddef.h'", "'stdarg.h'", "'stdbool.h'", "'float.h'", "'limits.h'", "'stdint.h'"};
    if (!strstr(message, "file not found"))
        return false;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strstr(message, names[i]))
            return true;
    return false;
}

/* clang's first fix-it on one line. */
static void report_fix(Reader *r, CXDiagnostic d)
{
    CXSourceRange range;
    if (clang_getDiagnosticNumFixIts(d) == 0)
        return;
    const char *text = take_string(r->scratch, clang_getDiagnosticFixIt(d, 0, &range));
    Loc from = place_of(r, clang_getRangeStart(range)).loc, to = place_of(r, clang_getRangeEnd(range)).loc;
    if (from.file == to.file && from.line == to.line && !strchr(text, '\n'))
        diag_fix(from, to.col - from.col, text);
}

static bool report_clang_errors(Reader *r)
{
    bool good = true;
    unsigned n = clang_getNumDiagnostics(r->tu);
    for (unsigned i = 0; i < n; i++) {
        CXDiagnostic d = clang_getDiagnostic(r->tu, i);
        if (clang_getDiagnosticSeverity(d) >= CXDiagnostic_Error) {
            const char *message = take_string(r->scratch, clang_getDiagnosticSpelling(d));
            Loc loc = place_of(r, clang_getDiagnosticLocation(d)).loc;
            if (is_compiler_header(message)) {
                diag_error((Loc){.file = -1}, "libclang's own headers (stddef.h and others) are not there: install libclang-common-19-dev");
                clang_disposeDiagnostic(d);
                return false;
            }
            if (strstr(message, "bracket nesting level exceeded"))
                limit_exceeded(loc, "%s: split the expression or the blocks", message);
            diag_error(loc, "%s", message);
            report_fix(r, d);
            good = false;
        }
        clang_disposeDiagnostic(d);
    }
    return good;
}

static bool parse_failed(const char *file, enum CXErrorCode code)
{
    Loc nowhere = {.file = -1};
    if (code == CXError_Crashed)
        limit_exceeded(nowhere, "libclang gave up on '%s': its nesting is too deep", file);
    diag_error(nowhere, "libclang could not parse '%s' (error %d): check the options given for the C front end", file, (int)code);
    return false;
}

/* ---------------------------------------------------------------------- entry */

/* text: what the file holds; NULL: it is read. */
static bool parse_file(Reader *r, CXIndex index, const char *file, const char *text)
{
    Ptrs args = clang_arguments(r);
    struct CXUnsavedFile unsaved[] = {{OMP_HEADER_DIR "/omp.h", omp_header, sizeof omp_header - 1}, {file, text, text ? strlen(text) : 0}};
    /* Macros, and skipped #if ranges, which pragmas need, are kept only in the detailed record. */
    bool detailed = r->opt->openmp || r->opt->with_primal || defines_before_include(r, file, text);
    unsigned flags = detailed ? CXTranslationUnit_DetailedPreprocessingRecord : CXTranslationUnit_None;
    enum CXErrorCode code =
        clang_parseTranslationUnit2(index, file, (const char *const *)args.at, (int)args.n, unsaved, text ? 2 : 1, flags, &r->tu);
    if (code != CXError_Success || !r->tu)
        return parse_failed(file, code);
    r->main_file = clang_getFile(r->tu, file);
    return report_clang_errors(r);
}

static void make_policies(Reader *r)
{
    CXPrintingPolicy *all[] = {&r->policy, &r->terse, &r->with_tags};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        *all[i] = clang_getCursorPrintingPolicy(clang_getTranslationUnitCursor(r->tu));
        clang_PrintingPolicy_setProperty(*all[i], CXPrintingPolicy_Bool, 0); /* _Bool needs no header */
    }
    clang_PrintingPolicy_setProperty(r->terse, CXPrintingPolicy_TerseOutput, 1);
    clang_PrintingPolicy_setProperty(r->with_tags, CXPrintingPolicy_IncludeTagDefinition, 1);
}

static void dispose_policies(Reader *r)
{
    clang_PrintingPolicy_dispose(r->policy);
    clang_PrintingPolicy_dispose(r->terse);
    clang_PrintingPolicy_dispose(r->with_tags);
}

static void reader_init(Reader *r, Program *p, const Options *opt)
{
    *r = (Reader){.program = p, .opt = opt, .arena = p->arena, .scratch = arena_new()};
    r->files.arena = r->types.arena = r->decls.arena = r->cursors.arena = r->scratch;
    r->builtins.arena = r->bodies.arena = r->scratch;
    r->unit = arena_alloc(p->arena, sizeof *r->unit);
    r->unit->functions.arena = r->unit->globals.arena = r->unit->inclusions.arena = p->arena;
    p->std = opt->std ? opt->std : "gnu11";
}

Unit *clang_parse(Program *p, const Options *opt, const char *file, const char *text)
{
    Reader r;
    reader_init(&r, p, opt);
    int errors = diag_error_count();
    /* libclang parses on a thread with a small stack and catches its own crashes, but not that stack's overflow: on our thread there
     * is room for deep input, and the program's own handler for what is deeper. */
    setenv("LIBCLANG_NOTHREADS", "1", 1);
    CXIndex index = clang_createIndex(0, 0);
    clang_toggleCrashRecovery(0);
    if (parse_file(&r, index, file, text)) {
        read_inclusions(&r);
        read_macros(&r);
        make_policies(&r);
        read_top_level(&r);
        read_bodies(&r);
        dispose_policies(&r);
    }
    clang_disposeTranslationUnit(r.tu);
    clang_disposeIndex(index);
    arena_free(r.scratch);
    return diag_error_count() == errors ? r.unit : NULL;
}
