#include "base/compat.h"

#include "ledger/final.h"

#include <stdio.h>

#include "base/error.h"
#include "base/hex.h"
#include "base/mem.h"
#include "base/str.h"
#include "ledger/internal.h"

void ev_finals_release(struct ev_finals *l)
{
	free(l->items);
	memset(l, 0, sizeof(*l));
}

int ev_finals_any(bool *any, struct ev_repo *r, const struct ev_oid *tip)
{
	struct ev_oids blobs = EV_OIDS_INIT;
	struct ev_notes *notes = NULL;
	int ret;

	ret = ev_notes_open(&notes, r, tip);
	if (ret == 0)
		ret = ev_notes_find(&blobs, notes, &ev_oid_empty_tree);
	*any = blobs.n > 0;
	ev_oids_release(&blobs);
	ev_notes_close(notes);
	return ret;
}

/*
 * What is not said as it should be is taken for the worst: a key of which it
 * cannot be told what is to stand keeps nothing.
 */
static void read_key(struct ev_final *out, const struct ev_value *p)
{
	const struct ev_value *flag = ev_get(p, "compromised");
	const struct ev_value *last = ev_get(p, "checkpoint");

	out->compromised = flag || last;
	if (last && last->type == EV_STRING &&
	    ev_is_hex(last->text, EV_OID_HEX))
		memcpy(out->checkpoint, last->text, EV_OID_HEX + 1);
}

static bool read_target(struct ev_final *out, const struct ev_value *p)
{
	const struct ev_value *target = ev_get(p, "target");
	const char *type = ev_get_string(target, "type");
	const char *id = ev_get_string(target, "id");
	const char *blob = ev_get_string(target, "gitBlob");
	char fpr[41];

	if (!type || !id)
		return false;
	if (!strcmp(type, "key") && ev_key_id(fpr, id) && strlen(fpr) == 40) {
		memcpy(out->id, fpr, sizeof(fpr));
		read_key(out, p);
		return true;
	}
	if (strcmp(type, "artifact") || !ev_starts_with(id, "sha256:") ||
	    !ev_is_hex(id + 7, 64))
		return false;
	out->artifact = true;
	memcpy(out->id, id + 7, 65);
	if (!blob || ev_oid_parse(&out->blob, blob) < 0)
		out->blob = ev_oid_zero;
	ev_error_clear();
	return true;
}

/* Is the line one of these, whoever signed it? */
static bool read_line(struct ev_final *out, const struct ev_slice *s)
{
	struct ev_statement st = { 0 };
	struct ev_envelope e;
	bool yes;

	memset(out, 0, sizeof(*out));
	ev_envelope_init(&e);
	yes = ev_envelope_parse(&e, s->p, s->n) == 0 &&
	      ev_statement_parse(&st, e.payload.ptr, e.payload.len) == 0 &&
	      ev_kind_of_predicate(st.predicate_type) == EV_KIND_REVOCATION &&
	      read_target(out, st.predicate);
	ev_error_clear();
	ev_statement_release(&st);
	ev_envelope_release(&e);
	return yes;
}

/* Did it count on the empty tree when it was signed? */
static bool counted(const struct ev_ledger *l, const struct ev_record *r)
{
	struct ev_signature sig;
	char why[160];

	if (!ev_streq(r->product, l->trust->product_id) || r->has_commit ||
	    !r->has_tree || !ev_oid_eq(&r->tree, &ev_oid_empty_tree) ||
	    r->kind != EV_KIND_REVOCATION ||
	    r->signed_at > l->now + EV_CLOCK_SKEW)
		return false;
	memset(&sig, 0, sizeof(sig));
	memcpy(sig.signer, r->signer, sizeof(sig.signer));
	memcpy(sig.subkey, r->subkey, sizeof(sig.subkey));
	sig.created = r->signed_at;
	sig.hash_algo = r->hash_algo;
	return ev_trust_counts_then(why, l->trust, &sig, r->signed_at);
}

static int take(struct ev_finals *out, struct ev_ledger *l,
		const struct ev_final *said, const struct ev_slice *s)
{
	struct ev_final *x;
	struct ev_line line;
	unsigned char digest[EV_SHA256_SIZE];
	int ret;

	ev_sha256_bytes(digest, s->p, s->n);
	ret = ev_judge_read(&line, l, digest, s->p, s->n);
	if (ret == 0 && line.state == EV_LIVE && counted(l, &line.record)) {
		EV_GROW(out->items, out->n, out->cap);
		x = &out->items[out->n++];
		*x = *said;
		memcpy(x->record, line.record.id, sizeof(x->record));
		memcpy(x->line, line.record.line, sizeof(x->line));
		memcpy(x->signer, line.record.signer, sizeof(x->signer));
		memcpy(x->subkey, line.record.subkey, sizeof(x->subkey));
		x->hash_algo = line.record.hash_algo;
		x->at = line.record.signed_at;
		x->person = ev_trust_person(l->trust, x->signer, NULL);
	}
	if (ret == 0)
		ev_line_release(&line);
	return ret;
}

int ev_finals_read(struct ev_finals *out, struct ev_ledger *l)
{
	struct ev_slices lines = { NULL, 0, 0 };
	struct ev_texts texts = { NULL, 0, 0 };
	struct ev_final *said = NULL;
	size_t i, n = 0;
	int ret;

	ret = ev_note_lines(&lines, &texts, l->repo, l->notes,
			    &ev_oid_empty_tree);
	ev_slices_sort(&lines);
	said = ev_calloc(lines.n + 1, sizeof(*said));
	for (i = 0; ret == 0 && i < lines.n; i++)
		if (read_line(&said[n], &lines.items[i]))
			lines.items[n++] = lines.items[i];
	if (ret == 0)
		ret = ev_ledger_learn(l, lines.items, n);
	for (i = 0; ret == 0 && i < n; i++)
		ret = take(out, l, &said[i], &lines.items[i]);
	if (ret < 0)
		ev_finals_release(out);
	free(said);
	ev_texts_release(&texts);
	ev_slices_release(&lines);
	return ret;
}

/* Who may ------------------------------------------------------------------- */

static bool has_one_of(const struct ev_person *p, const struct ev_strs *roles)
{
	return p && !p->machine && ev_person_has_any(p, roles);
}

bool ev_may_withdraw_key(const struct ev_trust *t, const struct ev_person *p,
			 const char *fpr)
{
	const struct ev_key *key = NULL;

	if (t->home)
		key = ev_keyhome_find(t->home, fpr, NULL);
	return p && (ev_trust_person(t, key ? key->fpr : fpr, NULL) == p ||
		     has_one_of(p, &t->revoke_keys));
}

bool ev_line_admissible(char reason[200], const struct ev_trust *t,
			const struct ev_line *line)
{
	const struct ev_record *r = &line->record;
	char fpr[41];
	bool may = true;

	if (r->kind == EV_KIND_PROMOTION || r->kind == EV_KIND_VERDICT) {
		may = has_one_of(line->person, &t->promote_by);
		if (!may)
			snprintf(reason, 200, "%.120s may not promote",
				 line->person ? line->person->name :
				 r->signer);
		return may;
	}
	if (r->kind != EV_KIND_REVOCATION)
		return true;
	if (ev_streq(r->withdraws_type, "key"))
		may = ev_key_id(fpr, r->withdraws_id) &&
			ev_may_withdraw_key(t, line->person, fpr);
	else if (ev_streq(r->withdraws_type, "artifact"))
		may = has_one_of(line->person, &t->expunge_by);
	if (!may)
		snprintf(reason, 200, "%.80s may not withdraw %s %.75s",
			 line->person ? line->person->name : r->signer,
			 r->withdraws_type, r->withdraws_id);
	return may;
}
