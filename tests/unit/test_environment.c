#include "gitfix.h"

#include "base/hash.h"
#include "manifest/env_sections.h"

static void line(struct ev_environment *e, const char *section,
		 const char *text)
{
	ev_strs_add(ev_environment_section(e, section), text);
}

static void the_fingerprint_is_what_the_header_says(void **state)
{
	struct ev_environment e = EV_ENVIRONMENT_INIT;
	struct ev_buf all = EV_BUF_INIT;
	char hex[65];

	(void)state;
	line(&e, "os", "b");
	line(&e, "os", "a");
	line(&e, "os", "a");
	line(&e, "cpu", "x");
	ev_environment_section(&e, "gpu");
	ev_environment_seal(&e);
	assert_int_equal(e.n, 2);
	ev_sha256_hex(hex, "a\nb\n", 4);
	assert_string_equal(ev_environment_find(&e, "os")->digest + 7, hex);
	ev_sha256_hex(hex, "x\n", 2);
	ev_buf_addf(&all, "cpu sha256:%s\n", hex);
	ev_buf_addf(&all, "os %s\n", ev_environment_find(&e, "os")->digest);
	ev_sha256_hex(hex, all.ptr, all.len);
	assert_string_equal(e.fingerprint + 7, hex);
	assert_memory_equal(e.fingerprint, "sha256:", 7);
	ev_buf_release(&all);
	ev_environment_release(&e);
}

static void put(struct ev_buf *out, const struct ev_environment *e)
{
	struct ev_json j;

	ev_json_init(&j, out);
	ev_json_object(&j);
	ev_environment_json(&j, e);
	ev_json_end_object(&j);
}

static void a_document_reads_back_and_a_changed_one_does_not(void **state)
{
	struct ev_environment e = EV_ENVIRONMENT_INIT;
	struct ev_environment back = EV_ENVIRONMENT_INIT;
	struct ev_buf text = EV_BUF_INIT;
	char *at;

	(void)state;
	line(&e, "os", "debian 12");
	line(&e, "libc", "glibc 2.36");
	ev_environment_seal(&e);
	put(&text, &e);
	fix_ok(ev_environment_parse(&back, "x.json", text.ptr, text.len));
	assert_string_equal(back.fingerprint, e.fingerprint);
	at = strstr(text.ptr, "2.36");
	at[3] = '7';
	fix_fails(ev_environment_parse(&back, "x.json", text.ptr, text.len),
		  EV_EINVALID, "does not follow from its lines");
	at[3] = '6';
	at = strstr(text.ptr, "sha256:") + 7;
	*at = *at == '0' ? '1' : '0';
	fix_fails(ev_environment_parse(&back, "x.json", text.ptr, text.len),
		  EV_EINVALID, "fingerprint does not follow");
	fix_fails(ev_environment_parse(&back, "x.json", "{}", 2), EV_EINVALID,
		  "missing field");
	ev_environment_release(&back);
	ev_environment_release(&e);
	ev_buf_release(&text);
}

static void differences_are_told_by_section_and_line(void **state)
{
	struct ev_environment a = EV_ENVIRONMENT_INIT, b = EV_ENVIRONMENT_INIT;
	struct ev_env_deltas d = EV_ENV_DELTAS_INIT;

	(void)state;
	line(&a, "cpu", "flag:avx");
	line(&a, "gpu", "cuda 12.4");
	line(&a, "os", "same");
	line(&a, "packages.dpkg", "libc6:amd64 2.36");
	line(&a, "packages.dpkg", "gone:all 1");
	line(&b, "os", "same");
	line(&b, "packages.dpkg", "libc6:amd64 2.37");
	line(&b, "packages.dpkg", "new:all 1");
	line(&b, "cpu", "flag:avx");
	line(&b, "cpu", "flag:avx2");
	ev_environment_seal(&a);
	ev_environment_seal(&b);
	ev_environment_diff(&d, &a, &b);
	assert_int_equal(d.n, 3);
	assert_string_equal(d.items[0].section, "cpu");
	assert_int_equal(d.items[0].n, 1);
	assert_string_equal(d.items[0].items[0].to, "flag:avx2");
	assert_int_equal(d.items[1].change, EV_ENV_REMOVED);
	assert_string_equal(d.items[2].section, "packages.dpkg");
	assert_int_equal(d.items[2].n, 3);
	assert_int_equal(d.items[2].items[0].change, EV_ENV_REMOVED);
	assert_int_equal(d.items[2].items[1].change, EV_ENV_CHANGED);
	assert_string_equal(d.items[2].items[1].from, "libc6:amd64 2.36");
	assert_string_equal(d.items[2].items[1].to, "libc6:amd64 2.37");
	assert_int_equal(d.items[2].items[2].change, EV_ENV_ADDED);
	ev_env_deltas_release(&d);
	ev_environment_diff(&d, &a, &a);
	assert_int_equal(d.n, 0);
	ev_env_deltas_release(&d);
	ev_environment_release(&a);
	ev_environment_release(&b);
}

static void several_lines_of_one_word_are_never_paired(void **state)
{
	struct ev_environment a = EV_ENVIRONMENT_INIT, b = EV_ENVIRONMENT_INIT;
	struct ev_env_deltas d = EV_ENV_DELTAS_INIT;
	size_t i;

	(void)state;
	line(&a, "s", "w 1");
	line(&b, "s", "w 2");
	line(&b, "s", "w 3");
	ev_environment_seal(&a);
	ev_environment_seal(&b);
	ev_environment_diff(&d, &a, &b);
	assert_int_equal(d.items[0].n, 3);
	for (i = 0; i < 3; i++)
		assert_int_not_equal(d.items[0].items[i].change,
				     EV_ENV_CHANGED);
	ev_env_deltas_release(&d);
	ev_environment_release(&a);
	ev_environment_release(&b);
}

static void has(const struct ev_environment *e, const char *section,
		const char *text, bool wanted)
{
	const struct ev_env_section *s = ev_environment_find(e, section);

	if ((s && ev_strs_has(&s->lines, text)) != wanted)
		fail_msg("'%s' in %s: %s", text, section,
			 wanted ? "missing" : "there");
}

static void dpkg_lists_what_is_installed_and_nothing_else(void **state)
{
	struct ev_environment e = EV_ENVIRONMENT_INIT;

	(void)state;
	fix_run("mkdir -p var/lib/dpkg && cat >var/lib/dpkg/status <<\\END\n"
		"Package: zlib1g\nStatus: install ok installed\n"
		"Architecture: amd64\nDescription: x\n Package: not-me\n"
		"Version: 1:1.2.13\n\n"
		"Package: old\nStatus: deinstall ok config-files\n"
		"Architecture: all\nVersion: 3\n\n"
		"Package: half\nStatus: install ok half-installed\n"
		"Architecture: all\nVersion: 3\n\n"
		"Package: last\nStatus: hold ok installed\n"
		"Architecture: all\nVersion: 9\nEND\n");
	ev_env_dpkg(&e, fix_root);
	ev_environment_seal(&e);
	has(&e, "packages.dpkg", "zlib1g:amd64 1:1.2.13", true);
	has(&e, "packages.dpkg", "last:all 9", true);
	assert_int_equal(e.items[0].lines.n, 2);
	ev_environment_release(&e);
}

static void one_processor_stands_for_all_of_its_kind(void **state)
{
	struct ev_environment e = EV_ENVIRONMENT_INIT;

	(void)state;
	fix_run("mkdir -p proc && printf '%%s\\n' 'processor : 0'"
		" 'vendor_id : V' 'model name : M  1' 'cpu MHz : 2596.1'"
		" 'microcode : 0x1' 'flags : a b' '' 'processor : 1'"
		" 'flags : a c' >proc/cpuinfo");
	ev_env_cpu(&e, fix_root);
	ev_environment_seal(&e);
	assert_int_equal(e.n, 1);
	assert_int_equal(e.items[0].lines.n, 4);
	has(&e, "cpu", "model M 1", true);
	has(&e, "cpu", "vendor V", true);
	has(&e, "cpu", "flag:b", true);
	has(&e, "cpu", "flag:c", false);
	ev_environment_release(&e);
}

static void a_container_tells_its_image_and_never_its_id(void **state)
{
	struct ev_environment e = EV_ENVIRONMENT_INIT;

	(void)state;
	unsetenv("GIT_EVIDENCE_CONTAINER_DIGEST");
	fix_run("mkdir -p run && printf '%%s\\n' 'engine=\"podman-4\"'"
		" 'name=\"happy_cat\"' 'id=\"abc\"' 'image=\"reg/app:1\"'"
		" 'imageid=\"0f1e\"' >run/.containerenv");
	ev_env_container(&e, fix_root);
	ev_environment_seal(&e);
	has(&e, "container", "runtime podman", true);
	has(&e, "container", "image reg/app:1", true);
	has(&e, "container", "image-id 0f1e", true);
	assert_int_equal(e.items[0].lines.n, 3);
	ev_environment_release(&e);
}

static void the_gpu_section_has_versions_and_models_but_no_serials(void **state)
{
	struct ev_environment e = EV_ENVIRONMENT_INIT;

	(void)state;
	fix_run("mkdir -p proc/driver/nvidia/gpus/0000:01:00.0 && echo"
		" 'NVRM version: NVIDIA UNIX x86_64 Kernel Module  535.104.05"
		"  Sat Aug 19 01:15:15 UTC 2023' >proc/driver/nvidia/version &&"
		" printf 'Model: \\t\\t NVIDIA A100\\nIRQ: 1\\nGPU UUID: \\t"
		" GPU-1234\\n' >'proc/driver/nvidia/gpus/0000:01:00.0/"
		"information'");
	ev_env_gpu(&e, fix_root);
	ev_environment_seal(&e);
	has(&e, "gpu", "nvidia-driver 535.104.05", true);
	has(&e, "gpu", "model NVIDIA A100", true);
	assert_int_equal(e.items[0].lines.n, 2);
	ev_environment_release(&e);
}

static void conda_packages_are_read_from_their_file_names(void **state)
{
	struct ev_environment e = EV_ENVIRONMENT_INIT;

	(void)state;
	fix_run("mkdir -p c/conda-meta && cd c/conda-meta &&"
		" >numpy-base-1.26.4-py311_0.json && >history && >x.json");
	{
		char *prefix = ev_strdupf("%s/c", fix_root);

		ev_env_conda(&e, prefix);
		ev_env_conda(&e, "c");
		ev_env_conda(&e, NULL);
		free(prefix);
	}
	ev_environment_seal(&e);
	has(&e, "packages.conda", "numpy-base 1.26.4 py311_0", true);
	assert_int_equal(e.items[0].lines.n, 1);
	ev_environment_release(&e);
}

static void two_readings_of_this_machine_agree(void **state)
{
	struct ev_environment a = EV_ENVIRONMENT_INIT, b = EV_ENVIRONMENT_INIT;
	struct ev_env_deltas d = EV_ENV_DELTAS_INIT;

	(void)state;
	fix_ok(ev_environment_read(&a));
	fix_ok(ev_environment_read(&b));
	ev_environment_diff(&d, &a, &b);
	if (d.n)
		fail_msg("section %s differs: '%s' '%s'", d.items[0].section,
			 d.items[0].items[0].from ? d.items[0].items[0].from :
			 "", d.items[0].items[0].to ? d.items[0].items[0].to :
			 "");
	assert_string_equal(a.fingerprint, b.fingerprint);
	assert_non_null(ev_environment_find(&a, "kernel"));
	ev_env_deltas_release(&d);
	ev_environment_release(&a);
	ev_environment_release(&b);
}

static void a_program_that_hangs_is_left_out(void **state)
{
	struct ev_environment e = EV_ENVIRONMENT_INIT;
	const char *old = getenv("PATH");
	char *path = ev_strdup(old);

	(void)state;
	fix_run("mkdir bin && cd bin && ln -s \"$(command -v timeout)\" timeout"
		" && ln -s \"$(command -v sleep)\" sleep &&"
		" printf '#!/bin/sh\\nexec sleep 60\\n' >node &&"
		" printf '#!/bin/sh\\necho ruby 3.1\\n' >ruby &&"
		" printf '#!/bin/sh\\nexit 3\\n' >gcc &&"
		" chmod +x node ruby gcc");
	{
		char *bin = ev_strdupf("%s/bin", fix_root);

		setenv("PATH", bin, 1);
		free(bin);
	}
	ev_env_programs(&e);
	setenv("PATH", path, 1);
	free(path);
	ev_environment_seal(&e);
	assert_int_equal(e.n, 1);
	has(&e, "runtime", "ruby ruby 3.1", true);
	assert_int_equal(e.items[0].lines.n, 1);
	ev_environment_release(&e);
}

#define IN_FOLDER(f) cmocka_unit_test_setup_teardown(f, fix_setup, fix_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_fingerprint_is_what_the_header_says),
		cmocka_unit_test(
			a_document_reads_back_and_a_changed_one_does_not),
		cmocka_unit_test(differences_are_told_by_section_and_line),
		cmocka_unit_test(several_lines_of_one_word_are_never_paired),
		IN_FOLDER(dpkg_lists_what_is_installed_and_nothing_else),
		IN_FOLDER(one_processor_stands_for_all_of_its_kind),
		IN_FOLDER(a_container_tells_its_image_and_never_its_id),
		IN_FOLDER(
		the_gpu_section_has_versions_and_models_but_no_serials),
		IN_FOLDER(conda_packages_are_read_from_their_file_names),
		IN_FOLDER(two_readings_of_this_machine_agree),
		IN_FOLDER(a_program_that_hangs_is_left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
