/*
 * complete.h - candidates for the shells' completion
 *
 * `git-evidence --complete -- WORD...` gets the words after "git evidence", the
 * last of them being the one at the cursor (it may be empty).  Each line of
 * the answer is a candidate, a TAB and what it is; the line ":file" says that
 * the shell should offer file names.
 */
#ifndef EV_CMD_COMPLETE_H
#define EV_CMD_COMPLETE_H

int complete(int argc, const char **argv);

#endif
