/* warnings.h: all warnings. WARNING(name, on from the start, summary, explanation, example); the example is a command or code that
 * brings it about. diag_warning takes no name that is not here. */
WARNING("private-static", true, "a copied function has a static local variable that it writes",
        "A static function of the source that the derivative calls without differentiating it is repeated in OUT, with static\n"
        "variables of its own: what one copy writes the other does not see. Give the function external linkage, or use --with-primal.",
        "static int calls(void) { static int n; return ++n; }")
WARNING("unused-option", true, "an option has no effect in this run",
        "For example --set, --range and --len say how --check makes up arguments: without --check they do nothing.",
        "adgen loss.c --grad loss -o loss_grad.c --set n=3")
