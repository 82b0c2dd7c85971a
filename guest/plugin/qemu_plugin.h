/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The part of QEMU's plugin interface, version 7 (QEMU 11.1), that movdir64b.c uses, declared anew
 * from QEMU's documentation because distributions do not package its header.
 */
#ifndef ADIT_QEMU_PLUGIN_H
#define ADIT_QEMU_PLUGIN_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PLUGIN_EXPORT __attribute__((visibility("default")))

enum { PLUGIN_API = 7 };

/*
 * What a callback of an instruction does with the registers: nothing, or it reads and writes them, the
 * program counter included.
 */
enum { PLUGIN_CB_NO_REGS = 0, PLUGIN_CB_RW_REGS_PC = 3 };

/*
 * Breaks in the flow of instructions. On x86 the exception's callback comes before its delivery, the
 * interrupt's after the delivery of an interrupt or an exception. Both may read and write registers.
 */
enum { PLUGIN_DISCON_INTERRUPT = 1, PLUGIN_DISCON_EXCEPTION = 2 };

struct qemu_plugin_tb;
struct qemu_plugin_insn;
struct qemu_plugin_register;

typedef uint64_t qemu_plugin_id_t;

typedef struct {
    const char *target_name;
    struct { int min, cur; } version;
    bool system_emulation;
    struct { int smp_vcpus, max_vcpus; } system;
} qemu_info_t;

typedef struct {
    struct qemu_plugin_register *handle;
    const char *name, *feature;
    bool is_readonly;
} qemu_plugin_reg_descriptor;

typedef void (*qemu_plugin_udata_cb_t)(void *userdata);
typedef void (*qemu_plugin_vcpu_udata_cb_t)(unsigned int vcpu_index, void *userdata);
typedef void (*qemu_plugin_vcpu_discon_cb_t)(unsigned int vcpu_index, int type, uint64_t from_pc,
                                             uint64_t to_pc, void *userdata);
typedef void (*qemu_plugin_vcpu_tb_trans_cb_t)(struct qemu_plugin_tb *tb, void *userdata);

void qemu_plugin_register_vcpu_init_cb(qemu_plugin_id_t, qemu_plugin_vcpu_udata_cb_t, void *userdata);
void qemu_plugin_register_vcpu_tb_trans_cb(qemu_plugin_id_t, qemu_plugin_vcpu_tb_trans_cb_t,
                                           void *userdata);
void qemu_plugin_register_vcpu_discon_cb(qemu_plugin_id_t, int type, qemu_plugin_vcpu_discon_cb_t,
                                         void *userdata);
void qemu_plugin_register_atexit_cb(qemu_plugin_id_t, qemu_plugin_udata_cb_t, void *userdata);
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *, qemu_plugin_vcpu_udata_cb_t,
                                            int flags, void *userdata);

size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *, size_t index);
size_t qemu_plugin_insn_data(const struct qemu_plugin_insn *, void *bytes, size_t length);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *);

GArray *qemu_plugin_get_registers(void); /* of qemu_plugin_reg_descriptor; the caller frees it */
bool qemu_plugin_read_register(struct qemu_plugin_register *, GByteArray *);
bool qemu_plugin_write_register(struct qemu_plugin_register *, GByteArray *);
void qemu_plugin_set_pc(uint64_t address) __attribute__((noreturn));

bool qemu_plugin_read_memory_vaddr(uint64_t address, GByteArray *, size_t length);
bool qemu_plugin_translate_vaddr(uint64_t address, uint64_t *physical);
int qemu_plugin_write_memory_hwaddr(uint64_t physical, GByteArray *); /* 0 if done */

#endif
