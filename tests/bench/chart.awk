# chart.awk: bench.csv as a picture: for each row what adgen, the hand-written limit and ADOL-C take, as multiples of the primal's time,
# on a logarithmic axis.
BEGIN { FS = ","; left = 240; width = 660; top = 84; pitch = 24; lo = 0.5; hi = 512; colour["gcc"] = "#1f77b4"; colour["clang"] = "#e6550d" }
NR == 1 { next }
!($1 in at) { at[$1] = n++; name[n - 1] = $1 }
{ line[NR] = $0; last = NR }
function x(ratio) { return left + width * log(ratio / lo) / log(hi / lo) }
function text(px, py, anchor, words) {
    gsub(/&/, "\\&amp;", words)
    printf "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>\n", px, py, anchor, words
}
function dot(px, py, fill) { printf "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"4\" fill=\"%s\"/>\n", px, py, fill }
function tick(px, py, stroke) { printf "<path d=\"M%.1f %.1fv11\" stroke=\"%s\" stroke-width=\"2.5\"/>\n", px, py - 5.5, stroke }
function diamond(px, py, stroke) { printf "<path d=\"M%.1f %.1fl4 4l-4 4l-4-4z\" fill=\"none\" stroke=\"%s\"/>\n", px, py - 4, stroke }
END {
    height = top + n * pitch + 16
    printf "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" font-family=\"sans-serif\" font-size=\"12\">\n", left + width + 20, height
    print "<rect width=\"100%\" height=\"100%\" fill=\"white\"/>"
    text(10, 20, "start", "time of a gradient over that of its primal (-O3)")
    px = left
    for (k = split("gcc clang", compiler, " "); k > 0; k--) {
        c = compiler[k]
        dot(px, 40, colour[c]); text(px + 9, 44, "start", "adgen, " c)
        tick(px + 100, 40, colour[c]); text(px + 109, 44, "start", "by hand")
        px += 190
    }
    diamond(px, 40, "#666"); text(px + 9, 44, "start", "ADOL-C, tape recorded anew")
    for (ratio = lo; ratio <= hi; ratio *= 2) {
        printf "<path d=\"M%.1f %dV%d\" stroke=\"%s\"/>\n", x(ratio), top - 8, height - 10, ratio == 1 ? "#888" : "#e4e4e4"
        text(x(ratio), top - 14, "middle", ratio)
    }
    for (i = 0; i < n; i++)
        text(left - 10, top + i * pitch + 10, "end", name[i])
    for (i = 2; i <= last; i++) {
        split(line[i], f, ",")
        y = top + at[f[1]] * pitch + (f[2] == "clang" ? 11 : 1)
        tick(x(f[5]), y, colour[f[2]]); dot(x(f[4]), y, colour[f[2]])
        if (f[8] > 0 && f[2] == "gcc")
            diamond(x(f[8]), y + 5, "#666")
    }
    print "</svg>"
}
