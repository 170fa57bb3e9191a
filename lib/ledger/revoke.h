/*
 * revoke.h - drafting a revocation: what is withdrawn, and by whom
 *
 * A revocation is final and is never withdrawn itself.  It lies on the commit
 * and tree of a record, an approval or a release; of a line, a link, a key or
 * an artifact its only subject is the empty tree.  Whether it has its effect is
 * for those to judge who read it; here it is only kept from being signed by
 * somebody who is not entitled.
 */
#ifndef EV_LEDGER_REVOKE_H
#define EV_LEDGER_REVOKE_H

#include "ledger/decision.h"
#include "ledger/write.h"

#define EV_REVOKE_REASON_MAX ((size_t)16 << 10)

enum ev_revoke_type { EV_REVOKE_RECORD, EV_REVOKE_LINE, EV_REVOKE_APPROVAL,
		      EV_REVOKE_LINK, EV_REVOKE_RELEASE, EV_REVOKE_KEY,
		      EV_REVOKE_ARTIFACT };
const char *ev_revoke_type_name(enum ev_revoke_type t);	/* of target.type */

struct ev_revoke {
	enum ev_revoke_type type;
	/* What it is called: 64 hex digits of a record or line, 40 of a tag
	 * or a key, "sha256:..." of a link or an artifact; of a release the
	 * commit */
	char id[72];
	/* target.id where that is something else, as of an approval the name
	 * of its tag: the object could be made anew around one signature; of
	 * a release that of its tag.  NULL: `id` */
	char *name;
	struct ev_oid commit, tree;	/* zero and the empty tree for lines,
					   links, keys and artifacts */
	const struct ev_person *owner;	/* who made it and may take it back;
					   NULL: nobody may for that reason */
	struct ev_strs roles;		/* whose holders may as well */
	bool people_only;		/* no machine may, but take back its
					   own */
	/* key */
	bool compromised;
	char checkpoint[41];		/* "": none is good */
	/* artifact: its name in Git; zero if it is not kept there */
	struct ev_oid blob;
};
void ev_revoke_release(struct ev_revoke *w);

/*
 * What `line` says, or (`as_line`, and always where its signature does not
 * verify) that one line.  EV_EINVALID if it has no effect anyway, or is a
 * revocation; EV_EEXISTS if it is withdrawn.
 */
int ev_revoke_record(struct ev_revoke *out, const struct ev_line *line,
		     bool as_line, const struct ev_trust *trust);
/* An approval that was read and verified; `roles` as the policy has them. */
void ev_revoke_approval(struct ev_revoke *out, const struct ev_decided *d,
			const struct ev_strs *roles);
void ev_revoke_link(struct ev_revoke *out, const char *link,
		    const struct ev_strs *roles);
/* `tag`: full name of its tag, or NULL where it has none; `owner` is who
 * promoted it. */
void ev_revoke_promoted(struct ev_revoke *out, const char *tag,
			const struct ev_oid *commit, const struct ev_oid *tree,
			const struct ev_person *owner,
			const struct ev_strs *roles);
/* compromised and checkpoint are for the caller to fill. */
void ev_revoke_key(struct ev_revoke *out, const char *fpr,
		   const struct ev_person *owner, const struct ev_strs *roles);
void ev_revoke_artifact(struct ev_revoke *out, const char *sha256,
			const struct ev_oid *blob, const struct ev_strs *roles);

/* 0, or EV_EDENIED with who could. */
int ev_revoke_entitled(const struct ev_revoke *w, const struct ev_trust *trust,
		       const char *fpr);
/* EV_EEXISTS if the holder of `fpr` has withdrawn it already; a key can be
 * called compromised once more, or with another checkpoint. */
int ev_revoke_is_new(const struct ev_revoke *w, struct ev_ledger *l,
		     const struct ev_trust *trust, const char *fpr);
/* Fill the draft of a revocation; `d` is initialised.  EV_EINVALID for what is
 * no reason. */
int ev_revoke_draft(struct ev_draft *d, const struct ev_revoke *w,
		    const char *reason);

#endif
