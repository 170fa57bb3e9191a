/*
 * rawobj.h - signed commits and tags, split from their raw bytes
 *
 * Verification is of the stored bytes, never of a re-encoded object, and the
 * splitters hold to what Git does (its parse_signed_commit and
 * parse_signature): a commit's header ends at the first empty line; the
 * signature is the `gpgsig` header with its continuation lines; a tag's
 * signature is its last armour block that begins a line.  Whatever Git and we
 * could read differently is refused with a reason: NUL in the object, two
 * gpgsig headers, duplicate tree/author/committer/object/type/tag/tagger
 * headers, headers out of order, an unknown armour, text after the block,
 * more than one block, a signed tag without tagger.  Objects over 4 MiB are
 * EV_ELIMIT.  That the armour is OpenPGP is for the verifier to see: SSH and
 * X.509 signatures are split as well.
 */
#ifndef EV_REPO_RAWOBJ_H
#define EV_REPO_RAWOBJ_H

#include "repo/repo.h"

struct ev_ident {
	char *name, *email;
	int64_t time;
	int zone;			/* minutes east of UTC */
};

struct ev_rawobj {
	enum ev_objtype type;		/* EV_OBJ_COMMIT or EV_OBJ_TAG */
	struct ev_buf payload;		/* the signed bytes */
	struct ev_buf signature;	/* armoured, empty if not signed */
	/* commit */
	struct ev_oid tree;
	struct ev_oids parents;
	struct ev_ident author, committer;
	/* tag */
	struct ev_oid target;
	enum ev_objtype target_type;
	char *tag;			/* the name inside */
	struct ev_ident tagger;		/* NULL name if there is none */
	/* both */
	char *message;			/* without the signature */
};
void ev_rawobj_init(struct ev_rawobj *o);
void ev_rawobj_release(struct ev_rawobj *o);

/* EV_EINVALID with the reason when the object must not be trusted; the fields
 * may be partly set then. An unsigned, well formed object is no error. */
int ev_commit_split(struct ev_rawobj *out, const char *raw, size_t n);
int ev_tag_split(struct ev_rawobj *out, const char *raw, size_t n);

#endif
