# git-evidence - see README.md; `make help` lists what can be made.

VERSION := 0.1.0
PREFIX ?= /usr/local
BINDIR := $(PREFIX)/bin
LIBDIR := $(PREFIX)/lib
INCDIR := $(PREFIX)/include
MANDIR := $(PREFIX)/share/man
DATADIR := $(PREFIX)/share/git-evidence
BASHDIR := $(PREFIX)/share/bash-completion/completions
ZSHDIR := $(PREFIX)/share/zsh/site-functions
FISHDIR := $(PREFIX)/share/fish/vendor_completions.d

BUILD ?= build
CC ?= gcc
PKGS := libgit2 gpgme libcrypto yaml-0.1 jansson expat
-include config.mak

WARN := -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes \
	-Wmissing-prototypes -Wvla -Wformat=2 -Wwrite-strings -Wundef
ifdef DEVELOPER
WARN += -Werror
endif
ifdef SANITIZE
OPT := -O1 -g -fsanitize=address,undefined -fno-omit-frame-pointer \
	-fno-sanitize-recover=undefined
LDOPT := -fsanitize=address,undefined
else
OPT ?= -O2 -g -D_FORTIFY_SOURCE=2
LDOPT := -Wl,-z,relro,-z,now
endif
CFLAGS_ALL = -std=gnu11 $(OPT) -fstack-protector-strong -fPIC \
	-ffp-contract=off $(WARN) -Ilib -I. -I$(BUILD) \
	-DEV_VERSION='"$(VERSION)"' -DEV_DATADIR='"$(DATADIR)"' $(CFLAGS)
PKG_CFLAGS = $(shell pkg-config --cflags $(PKGS) 2>/dev/null)
PKG_LIBS = $(shell pkg-config --libs $(PKGS) 2>/dev/null)

LIB_SRC := $(sort $(wildcard lib/*/*.c))
CMD_SRC := $(sort $(wildcard cmd/*.c))
UNIT_SRC := $(sort $(wildcard tests/unit/test_*.c))
LIB_OBJ := $(LIB_SRC:%.c=$(BUILD)/%.o)
CMD_OBJ := $(CMD_SRC:%.c=$(BUILD)/%.o)
UNITS := $(UNIT_SRC:tests/unit/%.c=$(BUILD)/unit/%)
MAN := $(sort $(wildcard man/*.[157]))
LIB := $(BUILD)/libgit-evidence.a
BIN := $(BUILD)/git-evidence

all: $(BIN)					## build the program and the library

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CFLAGS_ALL) $(PKG_CFLAGS) -MMD -MP -c -o $@ $<

$(LIB): $(LIB_OBJ)
	@rm -f $@
	ar rcs $@ $^

$(BIN): $(CMD_OBJ) $(LIB)
	$(CC) $(LDOPT) $(LDFLAGS) -o $@ $^ $(PKG_LIBS)

$(BUILD)/unit/%: tests/unit/%.c $(LIB)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS_ALL) $(PKG_CFLAGS) -MMD -MP $(LDOPT) -o $@ $< $(LIB) \
		$(PKG_LIBS) -lcmocka

units: $(UNITS)

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)

.PHONY: all units
