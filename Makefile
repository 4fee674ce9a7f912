# talik -- `make help` lists what can be done.  Local settings go to config.mk.

-include config.mk

VERSION := 0.1.0

BUILD ?= release
# Any x86-64 of the last decade; ARCH=native or ARCH= (the compiler's own)
# change speed and last bits, see docs/adr/0004-numbers.md.
ifeq ($(shell uname -m),x86_64)
ARCH ?= x86-64-v3
endif
ifeq ($(origin CC),default)
CC := mpicc
endif
# COMPILER=clang or gcc-12: what mpicc calls (Open MPI, MPICH).
ifdef COMPILER
export OMPI_CC := $(COMPILER)
export MPICH_CC := $(COMPILER)
endif
prefix ?= /usr/local
MPIRUN ?= mpirun --oversubscribe
PKGCONFIG ?= pkg-config
export MPIRUN

LIBS := pnetcdf openblas lapacke gsl udunits jansson

WARN := -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wstrict-prototypes \
	-Wmissing-prototypes -Wpointer-arith -Wvla -Wundef
HARDEN := -fstack-protector-strong -fstack-clash-protection -fPIE
# No fused multiply-add behind our back; errno and traps of libm are not used.
NUMBERS := -ffp-contract=off -fno-math-errno -fno-trapping-math
MODE.release := -O3 -g -D_FORTIFY_SOURCE=2
MODE.debug := -O0 -g3
MODE.double := -O2 -g -DTK_NN_DOUBLE
MODE.asan := -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined \
	-fno-sanitize-recover=undefined
ifndef MODE.$(BUILD)
$(error BUILD=$(BUILD): choose release, debug, asan or double)
endif

OUT := build/$(BUILD)
CPPFLAGS += -Iinclude -I$(OUT) -D_GNU_SOURCE \
	$(shell $(PKGCONFIG) --cflags $(LIBS) 2>/dev/null)
CFLAGS += -std=c11 $(WARN) $(HARDEN) $(NUMBERS) $(if $(ARCH),-march=$(ARCH)) \
	$(MODE.$(BUILD)) -ffile-prefix-map=$(CURDIR)=.
LDFLAGS += -pie -Wl,-z,relro,-z,now
LDLIBS += $(shell $(PKGCONFIG) --libs $(LIBS) 2>/dev/null) -lm

ALL_SRC := $(sort $(wildcard src/*/*.c))
APP_SRC := $(filter src/app/%,$(ALL_SRC))
# Double precision is for the gradient checks of nn alone.
LIB_SRC := $(filter-out src/app/%,$(ALL_SRC))
ifeq ($(BUILD),double)
LIB_SRC := $(filter src/core/% src/nn/%,$(ALL_SRC))
endif
obj = $(patsubst %.c,$(OUT)/%.o,$(1))
LIB := $(OUT)/libtalik.a
ifeq ($(BUILD),release)
TALIK := bin/talik
else
TALIK := $(OUT)/talik
endif
POST := $(patsubst postproc/%.c,bin/%,$(sort $(wildcard postproc/*.c)))
tests_in = $(patsubst tests/%.c,$(OUT)/tests/%,$(sort $(wildcard tests/$(1)/*.c)))

Q := $(if $(V),,@)
say = $(if $(V),,@printf '  %-5s %s\n' $(1) $(2))

.DELETE_ON_ERROR:
.PHONY: all deps demo test lint format bench install uninstall help clean FORCE

all: $(TALIK) $(LIB) post ## bin/talik, build/release/libtalik.a, postproc programs

# ---- building --------------------------------------------------------------

$(TALIK): $(call obj,$(APP_SRC)) $(LIB)
	$(call say,LD,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS)

$(LIB): $(call obj,$(LIB_SRC))
	$(call say,AR,$@)
	$(Q)rm -f $@
	$(Q)$(AR) crD $@ $^

$(OUT)/%.o: %.c $(OUT)/flags
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

$(OUT)/src/core/version.o: $(OUT)/version.h

# Rebuild everything when a flag changes, and only then.
$(OUT)/flags: FORCE
	@mkdir -p $(@D)
	@printf '%s\n' '$(CC) $(COMPILER) $(CPPFLAGS) $(CFLAGS)' | cmp -s - $@ || \
	 printf '%s\n' '$(CC) $(COMPILER) $(CPPFLAGS) $(CFLAGS)' > $@

$(OUT)/version.h: FORCE
	@mkdir -p $(@D)
	@printf '#define TK_VERSION "%s"\n#define TK_GIT "%s"\n' '$(VERSION)' \
	 "$$(git describe --always --dirty 2>/dev/null || echo none)" > $@.new
	@cmp -s $@.new $@ || mv $@.new $@
	@rm -f $@.new
FORCE:

-include $(patsubst %.c,$(OUT)/%.d,$(ALL_SRC) $(wildcard tests/*/*.c))

# ---- postproc: separate programs, built where their libraries are ----------

# NAME.cflags and NAME.libs are commands that print flags; GDAL's unless set.
talik-plot.cflags := gmt-config --cflags; $(PKGCONFIG) --cflags netcdf
talik-plot.libs := gmt-config --libs; $(PKGCONFIG) --libs netcdf
gdal.cflags := $(PKGCONFIG) --cflags gdal
gdal.libs := $(PKGCONFIG) --libs gdal

.PHONY: post
ifneq ($(shell command -v gmt-config 2>/dev/null),)
post: $(POST)
else
post: $(filter-out bin/talik-plot,$(POST))
	@echo '  skip  talik-plot (GMT is not installed; make deps)'
endif

bin/talik-plot: $(wildcard postproc/plot/*.[ch])

bin/%: postproc/%.c $(LIB) $(OUT)/flags
	$(call say,CC,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) \
	 $$($(or $($*.cflags),$(gdal.cflags))) $(LDFLAGS) -o $@ $(filter %.c,$^) \
	 $(LIB) $$($(or $($*.libs),$(gdal.libs))) $(LDLIBS)

# ---- tests -----------------------------------------------------------------

$(OUT)/tests/%: $(OUT)/tests/%.o $(LIB)
	$(call say,LD,$@)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ \
	 $$($(PKGCONFIG) --libs cmocka) $(LDLIBS)
.PRECIOUS: $(OUT)/%.o

deps: ## install what is missing (Debian, Ubuntu), or print how
	@jobs/deps.sh

demo: deps ## build, run everything on a small synthetic Alaska, draw pictures
	@$(MAKE) --no-print-directory all
	@jobs/demo.sh

.PHONY: science
science: deps ## perfect-model test on a synthetic world: SEED= SENSITIVITY= AMPLIFICATION=
	@$(MAKE) --no-print-directory all
	@jobs/science.sh

.PHONY: test-programs test-built test-grad test-unit test-asan
test: deps ## all tests (installs what they need first)
	@$(MAKE) --no-print-directory test-built

test-programs: $(TALIK) post $(call tests_in,unit) $(call tests_in,par) \
	$(call tests_in,science) $(call tests_in,tools) $(call tests_in,system)

test-built: test-programs
	@$(MAKE) --no-print-directory BUILD=double test-grad-programs
	@OUT=$(OUT) tests/run.sh

test-unit: $(call tests_in,unit) $(call tests_in,par) ## unit and parallel tests
	@OUT=$(OUT) tests/run.sh unit par

.PHONY: test-grad-programs
test-grad-programs: $(call tests_in,grad)

test-grad: ## gradient checks in double precision
	@$(MAKE) --no-print-directory BUILD=double test-grad-programs
	@OUT=$(OUT) tests/run.sh grad

test-asan: ## unit and parallel tests under ASan and UBSan, on 1 and 3 ranks
	@RANKS="$${RANKS:-1 3}" $(MAKE) --no-print-directory BUILD=asan test-unit

# ---- care ------------------------------------------------------------------

C_FILES = $(wildcard src/*/*.[ch] include/talik/*/*.h tests/*/*.[ch] postproc/*.c \
	postproc/*/*.[ch])

lint: $(LIB) $(TALIK) ## layers, external names, format, shell scripts, docs in step
	@OUT=$(OUT) TALIK=$(TALIK) tests/lint/lint.sh

format: ## clang-format 14 over all C files
	clang-format-14 -i $(C_FILES)

bench: $(TALIK) $(call tests_in,bench) ## speed of kernels and column, as ratios
	@OUT=$(OUT) tests/bench/bench.sh

.PHONY: bench-memory
bench-memory: $(TALIK) $(call tests_in,tools) ## memory of training on 3 GB of data
	@OUT=$(OUT) tests/bench/memory.sh

install: all ## to $(DESTDIR)$(prefix)
	install -d $(DESTDIR)$(prefix)/bin $(DESTDIR)$(prefix)/lib \
	 $(DESTDIR)$(prefix)/include/talik $(DESTDIR)$(prefix)/share/talik
	install -m 755 $(TALIK) $(wildcard $(POST)) $(DESTDIR)$(prefix)/bin
	install -m 644 $(LIB) $(DESTDIR)$(prefix)/lib
	cp -R include/talik/. $(DESTDIR)$(prefix)/include/talik
	cp -R namelists jobs docs LICENSE $(DESTDIR)$(prefix)/share/talik

uninstall: ## what install put there
	rm -f $(addprefix $(DESTDIR)$(prefix)/bin/,talik $(notdir $(POST)))
	rm -f $(DESTDIR)$(prefix)/lib/libtalik.a
	rm -rf $(DESTDIR)$(prefix)/include/talik $(DESTDIR)$(prefix)/share/talik

clean: ## build products (not data/ or demo/)
	rm -rf build bin

help: ## this text
	@sed -n 's/^\([a-z-]*\):[^#]*## /  \1\t/p' Makefile | expand -t 16

print-%:
	@echo '$($*)'
