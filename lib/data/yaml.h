/*
 * yaml.h - a strict subset of YAML 1.1 (libyaml events) into a value tree
 *
 * Refused, with place and reason: duplicate keys, anchors and aliases, tags,
 * merge keys, more than one document, keys that are no plain or quoted string,
 * tabs used as indentation, NUL, text that is not UTF-8, and the limits of
 * value.h.  Plain scalars mean: null "null" "~" or empty; bool "true" "false"
 * (yes, no, on, off stay strings); number by JSON's grammar; all else is a
 * string.  Quoted and block scalars are always strings.
 */
#ifndef EV_DATA_YAML_H
#define EV_DATA_YAML_H

#include "data/value.h"

int ev_yaml_read(struct ev_value **out, const char *file,
		 const char *text, size_t n);

#endif
