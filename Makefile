# git-evidence - see README.md; `make help` lists what can be made.

VERSION := 0.1.0
PREFIX ?= /usr/local
BINDIR = $(PREFIX)/bin
LIBDIR = $(PREFIX)/lib
INCDIR = $(PREFIX)/include
MANDIR = $(PREFIX)/share/man
DATADIR = $(PREFIX)/share/git-evidence
BASHDIR = $(PREFIX)/share/bash-completion/completions
ZSHDIR = $(PREFIX)/share/zsh/site-functions
FISHDIR = $(PREFIX)/share/fish/vendor_completions.d

BUILD ?= build
CC ?= gcc
JOBS ?= $(shell nproc 2>/dev/null || echo 1)
FUZZ_SECONDS ?= 60
PKGS := libgit2 gpgme libcrypto zlib yaml-0.1 jansson expat

# The one list of what has to be there, as Debian names it.
DEPS_BUILD := gcc libc6-dev make pkg-config git libgit2-dev libgpgme-dev \
	libssl-dev zlib1g-dev libyaml-dev libjansson-dev libexpat1-dev \
	libunistring-dev
DEPS_RUN := git gnupg bubblewrap
DEPS_CHECK := libcmocka-dev bats mandoc jq shellcheck locales faketime
DEPS_LONG := clang libclang-rt-14-dev valgrind

-include config.mak

WARN := -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes \
	-Wmissing-prototypes -Wvla -Wformat=2 -Wwrite-strings -Wundef
ifdef DEVELOPER
WARN += -Werror
endif
ifdef SANITIZE
# Where a program can lie anywhere, the loader writes to each of what the
# sanitizers know of its places: two thousand pages, for every command.
PIC := -fno-pie
OPT := -O1 -g1 -fsanitize=address,undefined -fno-omit-frame-pointer \
	-fno-sanitize-recover=undefined
LDOPT := -no-pie -fsanitize=address,undefined
else
OPT ?= -O2 -g -D_FORTIFY_SOURCE=2
LDOPT := -Wl,-z,relro,-z,now
endif
PIC ?= -fPIC
ifdef FUZZ
OPT += -fsanitize=fuzzer-no-link
endif
CFLAGS_ALL = -std=gnu11 $(OPT) -fstack-protector-strong $(PIC) -pthread \
	-ffp-contract=off $(WARN) -Ilib -I. -I$(BUILD) \
	-DEV_VERSION='"$(VERSION)"' -DEV_DATADIR='"$(DATADIR)"' $(CFLAGS)

# Asked once, and only by a goal that compiles: before `make deps` there may be
# no pkg-config to ask.
PKG_CFLAGS = $(eval PKG_CFLAGS := $$(shell pkg-config --cflags $(PKGS)))$(PKG_CFLAGS)
PKG_LIBS = $(eval PKG_LIBS := $$(shell pkg-config --libs $(PKGS)) -lunistring -lm -pthread)$(PKG_LIBS)

LIB_SRC := $(sort $(wildcard lib/*/*.c))
CMD_SRC := $(sort $(wildcard cmd/*.c))
UNIT_SRC := $(sort $(wildcard tests/unit/test_*.c))
FUZZ_SRC := $(sort $(wildcard tests/fuzz/fuzz_*.c))
LIB_OBJ := $(LIB_SRC:%.c=$(BUILD)/%.o)
CMD_OBJ := $(CMD_SRC:%.c=$(BUILD)/%.o)
UNITS := $(UNIT_SRC:tests/unit/%.c=$(BUILD)/unit/%)
FUZZERS := $(FUZZ_SRC:tests/fuzz/%.c=$(BUILD)/fuzz/%)
FUZZ_HELP := $(sort $(filter-out $(FUZZ_SRC),$(wildcard tests/fuzz/*.c)))
LIB := $(BUILD)/libgit-evidence.a
BIN := $(BUILD)/git-evidence
PUBLIC := $(wildcard lib/evidence.h)

all: $(BIN)					## build the program

$(BUILD)/pkgs:
	@mkdir -p $(BUILD)
	@pkg-config --print-errors --exists $(PKGS) || { \
		echo "hint: make deps   # installs what is missing" >&2; exit 1; }
	@touch $@

# Other flags make other objects.
$(BUILD)/flags: FORCE | $(BUILD)/pkgs
	@printf '%s\n' '$(subst ','\'',$(CC) $(CFLAGS_ALL) $(LDOPT))' >$@.new
	@if cmp -s $@.new $@; then rm $@.new; else mv $@.new $@; fi

$(BUILD)/%.o: %.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(CC) $(CFLAGS_ALL) $(PKG_CFLAGS) -MMD -MP -c -o $@ $<

# The same digits anywhere, whatever CFLAGS say: see lib/stats/fp.h.
$(BUILD)/lib/stats/%.o $(BUILD)/lib/clinical/%.o \
$(BUILD)/lib/synth/%.o: private \
	CFLAGS_ALL += -std=c11 -fno-fast-math \
	-ffp-contract=off

# What the manifest of a cohort says of the program that drew it.
$(BUILD)/commit: FORCE | $(BUILD)/pkgs
	@{ test -e .git && git describe --always --dirty --abbrev=40 \
		--match= 2>/dev/null || :; } >$@.new; \
	if cmp -s $@.new $@; then rm $@.new; else mv $@.new $@; fi
$(BUILD)/cmd/synth.o: $(BUILD)/commit
$(BUILD)/cmd/synth.o: private CFLAGS_ALL += \
	-DEV_COMMIT='"$(shell cat $(BUILD)/commit)"' -DEV_BUILD_FLAGS='"$(subst \
	",,$(subst ',,-std=c11 $(strip $(OPT) $(CFLAGS)) -ffp-contract=off))"'

$(LIB): $(LIB_OBJ)
	@rm -f $@
	ar rcs $@ $^

# Beside the binary, so that it finds its files without being installed.
$(BUILD)/templates $(BUILD)/hooks $(BUILD)/man: | $(BUILD)/pkgs
	@ln -srfn $(@F) $@

$(BIN): $(CMD_OBJ) $(LIB) | $(BUILD)/templates $(BUILD)/hooks $(BUILD)/man
	$(CC) $(LDOPT) $(LDFLAGS) -o $@ $(CMD_OBJ) $(LIB) $(PKG_LIBS)

$(BUILD)/unit/%: tests/unit/%.c $(LIB) $(BUILD)/flags
	@mkdir -p $(@D)
	$(CC) $(CFLAGS_ALL) $(PKG_CFLAGS) -MMD -MP -MF $@.d -MT $@ $(LDOPT) \
		-o $@ $< $(LIB) $(PKG_LIBS) -lcmocka

$(BUILD)/fuzz/%: tests/fuzz/%.c $(FUZZ_HELP) $(LIB) $(BUILD)/flags
	@mkdir -p $(@D)
	$(CC) $(CFLAGS_ALL) -fsanitize=fuzzer $(PKG_CFLAGS) $(LDOPT) \
		-o $@ $< $(FUZZ_HELP) $(LIB) $(PKG_LIBS)

units: $(UNITS)

-include $(wildcard $(LIB_OBJ:.o=.d) $(CMD_OBJ:.o=.d) $(UNITS:=.d))

# What checks need ----------------------------------------------------------

# $(call need,PACKAGES): install those that are missing, if any.
define need
	@command -v dpkg-query >/dev/null || { \
	    echo "note: this is no Debian; what Debian calls $(1) is needed"; \
	    exit 0; }; \
	have=$$(dpkg-query -W -f=' $${Package}=$${db:Status-Status} ' $(1) \
		2>/dev/null); missing=; \
	for p in $(1); do \
	    case "$$have" in *" $$p=installed "*) ;; \
	    *) missing="$$missing $$p";; esac; \
	done; \
	test -n "$$missing" || exit 0; \
	sudo=; test "$$(id -u)" = 0 || sudo=sudo; \
	echo "installing$$missing$${sudo:+ (with sudo)}"; \
	$$sudo apt-get update -q && \
	$$sudo env DEBIAN_FRONTEND=noninteractive \
	    apt-get install -q -y --no-install-recommends $$missing
endef

deps:		## install the Debian packages that are missing, if any
	$(call need,$(sort $(DEPS_BUILD) $(DEPS_RUN) $(DEPS_CHECK)))

deps-long:
	$(call need,$(sort $(DEPS_LONG)))

demo: deps	## keep evidence of a small product, and alter it
	@$(MAKE) --no-print-directory -s -j$(JOBS) all
	@tests/demo/run

check: deps	## build, lint and run all tests, also with sanitizers
	@tests/run

check-long: deps deps-long	## the same, races, kills, valgrind and fuzzing
	@EV_WHOLE=1 tests/run
	@tests/run long
	@$(MAKE) --no-print-directory -s -j$(JOBS) CC=clang SANITIZE=1 FUZZ=1 \
		BUILD=build/fuzz fuzzers
	@tests/fuzz-all build/fuzz/fuzz $(FUZZ_SECONDS)

fuzzers: $(FUZZERS)

bench: deps	## measure speed and memory
	@$(MAKE) --no-print-directory -s -j$(JOBS) all
	@tests/bench/run

lint:		## the style and structure checks alone
	@tests/run lint

# Installing ----------------------------------------------------------------

# SOURCE=TARGET=MODE; uninstall goes by the same list.
data_files = $(shell find templates hooks -type f ! -path '*/completion/*' \
	! -name '.*' 2>/dev/null | LC_ALL=C sort)
INSTALLED = $(BIN)=$(BINDIR)/git-evidence=755 \
	$(foreach m,$(sort $(wildcard man/*.[157])),\
	$m=$(MANDIR)/man$(patsubst .%,%,$(suffix $m))/$(notdir $m)=644) \
	templates/completion/git-evidence.bash=$(BASHDIR)/git-evidence=644 \
	templates/completion/_git-evidence=$(ZSHDIR)/_git-evidence=644 \
	templates/completion/git-evidence.fish=$(FISHDIR)/git-evidence.fish=644 \
	$(foreach f,$(data_files),$f=$(DATADIR)/$(patsubst templates/%,%,$f)=$(if \
	$(filter hooks/%,$f),755,644)) \
	$(if $(PUBLIC),$(LIB)=$(LIBDIR)/libgit-evidence.a=644 \
	$(PUBLIC)=$(INCDIR)/evidence.h=644)

install: all	## install below $(DESTDIR)$(PREFIX)
	@set -eu; for f in $(INSTALLED); do \
		mode=$${f##*=}; f=$${f%=*}; \
		install -D -m "$$mode" "$${f%%=*}" "$(DESTDIR)$${f#*=}"; \
	done

uninstall:	## remove what install wrote, and nothing else
	@set -eu; for f in $(INSTALLED); do \
		f=$${f%=*}; rm -f "$(DESTDIR)$${f#*=}"; \
	done; \
	if test -d "$(DESTDIR)$(DATADIR)"; then \
		find "$(DESTDIR)$(DATADIR)" -depth -type d -empty -delete; \
	fi

# What Git may be configured to do to files must not change the bytes.
dist:		## a tar file of HEAD, the same wherever it is made
	@mkdir -p $(BUILD)
	git -c tar.umask=0022 -c core.autocrlf=false -c core.eol=lf archive \
		--format=tar --prefix=git-evidence-$(VERSION)/ \
		-o $(BUILD)/git-evidence-$(VERSION).tar HEAD
	gzip -nf9 $(BUILD)/git-evidence-$(VERSION).tar

clean:		## remove what was built
	rm -rf build

help:		## this list
	@sed -n 's/^\([a-z-]*\):.*## */\1\t/p' Makefile | \
		awk -F'\t' '{ printf "  make %-12s %s\n", $$1, $$2 }'

FORCE:
.PHONY: all units deps deps-long demo check check-long fuzzers bench lint \
	install uninstall dist clean help FORCE
