/* diag_format.c: diagnostics for programs: JSON, one object a line; SARIF 2.1.0 (OASIS, Static Analysis Results Interchange Format,
 * 2020), one document a run. */
#include "transform.h"

#include <string.h>

/* ---------------------------------------------------------------------- JSON */

/* The bytes of a UTF-8 sequence at s, 0 where there is none. */
static int utf8_length(const unsigned char *s)
{
    int n = *s < 0x80 ? 1 : *s >= 0xc2 && *s < 0xe0 ? 2 : *s >= 0xe0 && *s < 0xf0 ? 3 : *s >= 0xf0 && *s < 0xf5 ? 4 : 0;
    for (int i = 1; i < n; i++)
        if ((s[i] & 0xc0) != 0x80)
            return 0;
    if (n > 2 &&
        ((*s == 0xe0 && s[1] < 0xa0) || (*s == 0xed && s[1] > 0x9f) || (*s == 0xf0 && s[1] < 0x90) || (*s == 0xf4 && s[1] > 0x8f)))
        return 0;
    return n;
}

/* "text" with escapes; what is not UTF-8 becomes U+FFFD. */
static void put_string(FILE *out, const char *text)
{
    fputc('"', out);
    for (const unsigned char *s = (const unsigned char *)text; *s;) {
        int n = utf8_length(s);
        if (n == 0)
            fputs("\\ufffd", out);
        else if (*s == '"' || *s == '\\')
            fprintf(out, "\\%c", *s);
        else if (*s == '\n')
            fputs("\\n", out);
        else if (*s < 0x20)
            fprintf(out, "\\u%04x", *s);
        else
            fwrite(s, 1, (size_t)n, out);
        s += n ? n : 1;
    }
    fputc('"', out);
}

static void put_member(FILE *out, const char *name, const char *text)
{
    fprintf(out, "\"%s\": ", name);
    put_string(out, text);
}

static const char *const severities[] = {"error", "warning", "note"};

static void put_json_object(FILE *out, const Diagnostic *d)
{
    const char *file = diag_file_name(d->loc.file), *line;
    int end;
    fputc('{', out);
    put_member(out, "severity", severities[d->severity]);
    if (file) {
        fputs(", ", out);
        put_member(out, "file", file);
    }
    if (file && d->loc.line > 0)
        fprintf(out, ", \"line\": %d", d->loc.line);
    if (file && d->loc.line > 0 && d->loc.col > 0) {
        diag_columns(d->loc, &line, &end);
        fprintf(out, ", \"column\": %d, \"end_column\": %d", d->loc.col, end);
    }
    fputs(", ", out);
    put_member(out, "message", d->text);
    if (d->option) {
        fputs(", ", out);
        put_member(out, "option", d->option);
    }
    if (d->fix) {
        fprintf(out, ", \"fix\": {\"line\": %d, \"column\": %d, \"end_column\": %d, ", d->fix_at.line, d->fix_at.col, d->fix_at.col + d->fix_len);
        put_member(out, "text", d->fix);
        fputc('}', out);
    }
    if (d->severity != DIAG_SEVERITY_NOTE) {
        fputs(", \"notes\": [", out);
        for (size_t i = 0; i < d->notes.n; i++) {
            fputs(i ? ", " : "", out);
            put_json_object(out, d->notes.at[i]);
        }
        fputc(']', out);
    }
    fputc('}', out);
}

void diag_write_json(FILE *out, const Diagnostic *d)
{
    put_json_object(out, d);
    fputc('\n', out);
}

/* ---------------------------------------------------------------------- SARIF */

/* A column in characters, where line is known; bytes otherwise. */
static int character_column(const char *line, int len, int col)
{
    int n = 1;
    if (!line)
        return col;
    for (int i = 0; i < col - 1 && i < len; i++)
        n += ((unsigned char)line[i] & 0xc0) != 0x80;
    return n + (col - 1 > len ? col - 1 - len : 0);
}

/* A relative reference, or file:///... */
static void put_uri(FILE *out, const char *file)
{
    fprintf(out, "\"uri\": \"%s", *file == '/' ? "file://" : "");
    for (const char *c = file; *c; c++) {
        bool plain = (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') || (*c >= '0' && *c <= '9') || strchr("-._~/+,@", *c);
        fprintf(out, plain ? "%c" : "%%%02X", (unsigned char)*c);
    }
    fputc('"', out);
}

static void put_physical_location(FILE *out, Loc loc)
{
    const char *line;
    int end, len = diag_columns(loc, &line, &end);
    fputs("\"physicalLocation\": {\"artifactLocation\": {", out);
    put_uri(out, diag_file_name(loc.file));
    fputc('}', out);
    if (loc.line > 0)
        fprintf(out, ", \"region\": {\"startLine\": %d", loc.line);
    if (loc.line > 0 && loc.col > 0)
        fprintf(out, ", \"startColumn\": %d, \"endColumn\": %d", character_column(line, len, loc.col),
                character_column(line, len, end));
    fputs(loc.line > 0 ? "}}" : "}", out);
}

static void put_note(FILE *out, const Diagnostic *d, size_t id)
{
    fprintf(out, "{\"id\": %zu, \"message\": {", id);
    put_member(out, "text", d->text);
    fputc('}', out);
    if (diag_file_name(d->loc.file)) {
        fputs(", ", out);
        put_physical_location(out, d->loc);
    }
    fputc('}', out);
}

static void put_region_of_fix(FILE *out, const Diagnostic *note)
{
    const char *line;
    int end, len = diag_columns(note->fix_at, &line, &end);
    fprintf(out, "{\"startLine\": %d, \"startColumn\": %d, \"endColumn\": %d}", note->fix_at.line,
            character_column(line, len, note->fix_at.col), character_column(line, len, note->fix_at.col + note->fix_len));
}

/* The first that says what to write instead, of the diagnostic and its notes. */
static void put_fix(FILE *out, const Diagnostic *d)
{
    const Diagnostic *note = d->fix ? d : NULL;
    for (size_t i = 0; i < d->notes.n && !note; i++)
        note = ((Diagnostic *)d->notes.at[i])->fix ? d->notes.at[i] : NULL;
    if (!note)
        return;
    fputs(",\n         \"fixes\": [{\"description\": {", out);
    put_member(out, "text", note->text);
    fputs("}, \"artifactChanges\": [{\"artifactLocation\": {", out);
    put_uri(out, diag_file_name(note->fix_at.file));
    fputs("}, \"replacements\": [{\"deletedRegion\": ", out);
    put_region_of_fix(out, note);
    fputs(", \"insertedContent\": {", out);
    put_member(out, "text", note->fix);
    fputs("}}]}]}]", out);
}

/* What warnings call themselves: "-Werror=name" -> "name". */
static const char *rule_of(const Diagnostic *d)
{
    const char *eq = d->option ? strchr(d->option, '=') : NULL;
    return !d->option ? "error" : eq ? eq + 1 : d->option[0] == '-' ? d->option + 2 : d->option;
}

static void put_result(FILE *out, const Diagnostic *d)
{
    fputs("        {", out);
    put_member(out, "ruleId", rule_of(d));
    fputs(", ", out);
    put_member(out, "level", severities[d->severity]);
    fputs(", \"message\": {", out);
    put_member(out, "text", d->text);
    fputs("}, \"locations\": [", out);
    if (diag_file_name(d->loc.file)) {
        fputc('{', out);
        put_physical_location(out, d->loc);
        fputc('}', out);
    }
    fputc(']', out);
    for (size_t i = 0; i < d->notes.n; i++) {
        fputs(i ? ",\n          " : ",\n         \"relatedLocations\": [\n          ", out);
        put_note(out, d->notes.at[i], i + 1);
    }
    fputs(d->notes.n ? "]" : "", out);
    put_fix(out, d);
    fputc('}', out);
}

static void put_rule(FILE *out, const WarningRow *w)
{
    fputs("          {", out);
    put_member(out, "id", w->name);
    fputs(", \"shortDescription\": {", out);
    put_member(out, "text", w->summary);
    fputs("}, \"fullDescription\": {", out);
    put_member(out, "text", w->text);
    fputs("}}", out);
}

void diag_write_sarif(FILE *out, const Ptrs *all, const WarningRow *rules, int nrules, int status)
{
    fputs("{\n  \"$schema\": \"https://json.schemastore.org/sarif-2.1.0.json\",\n  \"version\": \"2.1.0\",\n  \"runs\": [{\n"
          "      \"tool\": {\"driver\": {\"name\": \"adgen\", \"version\": \"" ADGEN_VERSION "\", \"rules\": [\n"
          "          {\"id\": \"error\", \"shortDescription\": {\"text\": \"What cannot be read or differentiated.\"}}",
          out);
    for (int i = 0; i < nrules; i++) {
        fputs(",\n", out);
        put_rule(out, &rules[i]);
    }
    fprintf(out,
            "]}},\n      \"columnKind\": \"unicodeCodePoints\",\n      \"invocations\": [{\"executionSuccessful\": %s, "
            "\"exitCode\": %d}],\n",
            status == 0 ? "true" : "false", status);
    fputs("      \"results\": [", out);
    for (size_t i = 0; i < all->n; i++) {
        fputs(i ? ",\n" : "\n", out);
        put_result(out, all->at[i]);
    }
    fputs("]\n  }]\n}\n", out);
}
