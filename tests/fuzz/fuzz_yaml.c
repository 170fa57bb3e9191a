/*
 * Any bytes as YAML: no fault, no broken tree, and what is accepted can be
 * said in JSON without loss.
 */
#include "base/compat.h"

#include "data/yaml.h"
#include "tree.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	struct ev_value *v;
	int ret;

	ret = ev_yaml_read(&v, "f.yaml", text, size);
	if (ret < 0) {
		fuzz_check_error(ret, v, "f.yaml:");
		return 0;
	}
	fuzz_check_tree(v);
	if (size >= 3 && !memcmp(text, "\xef\xbb\xbf", 3))
		fuzz_check_places(v, text + 3, size - 3);
	else
		fuzz_check_places(v, text, size);
	fuzz_check_writer(v);
	ev_value_free(v);
	return 0;
}
