/*
 * schemas.h - what --json prints, as JSON Schema (draft 2020-12)
 *
 * One text for each verb, printed by `git evidence help --schema VERB`; tests
 * hold every document to it.  Members may be added within a major version.
 */
#ifndef EV_CMD_SCHEMAS_H
#define EV_CMD_SCHEMAS_H

extern const char schema_approve[], schema_attach[], schema_audit[], schema_check[],
	schema_checkpoint[], schema_doctor[], schema_import[], schema_log[],
	schema_promote[],
	schema_revoke[], schema_rollback[], schema_show[], schema_status[],
	schema_sync[], schema_synth[], schema_validate[], schema_verify[], schema_waive[];

#endif
