/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A plugin for QEMU's translator (TCG), which does not know MOVDIR64B: executes the instruction in
 * the guest's place, so that drivers which need it (idxd) run on machines without KVM.
 *
 *   qemu-system-x86_64 -accel tcg -cpu max,x-force-features=on,+movdir64b -plugin movdir64b.so ...
 *
 * How: the translator raises #UD for the instruction, and before that it settles what it keeps lazily
 * within a block, the flags above all. So the plugin lets it raise and deliver the exception, and at the
 * first instruction of the handler executes the move, puts back what the delivery changed (RSP, CS, SS
 * and the system flags; the arithmetic flags and DF are kept elsewhere and survive it), and goes on behind
 * the instruction. Four callbacks see it pass, in this order: on_execute (it is this instruction that
 * raises, nothing else), on_exception (before the delivery: all state is exact), on_interrupt (after it:
 * where the handler is), on_handler. To move the program counter is to leave the callback for good, which
 * in the middle two would leave the exception pending; and in the first the flags are not settled.
 *
 * What it keeps of the real instruction:
 *   - every form of the source operand in 64-bit mode, see decode.h;
 *   - all registers and flags, and the red zone below RSP in user mode. In kernel mode the 40 bytes of
 *     the exception's frame are written below RSP, where no kernel may keep anything;
 *   - 64 bytes reach the destination undivided as far as other MOVDIR64Bs can tell, from any vCPU;
 *     memory-mapped registers get them in eight pieces, the last of which is bytes 0 to 7;
 *   - the bytes 8 to 63 are in memory before the bytes 0 to 7, which hold the operation and make a
 *     descriptor recognisable: whoever watches shared memory (mapped portals) never takes half of one.
 *
 * What it cannot do, because the plugin interface has no way:
 *   - raise a page fault or #GP. An unreadable source, an unmapped or misaligned destination are left
 *     to the translator's #UD;
 *   - check access rights of the page tables: a mapped destination is taken to be writable;
 *   - single steps: with TF set the trap comes one instruction late, behind the next one.
 * Outside 64-bit mode, and where CS or SS are not from the GDT, the #UD stays. ENQCMD and ENQCMDS are left
 * out: their result (accepted or retry, in ZF) comes back with the bus transaction, for which vfio-user
 * has no message, and the interface does not show IA32_PASID.
 */
#include <glib.h>
#include <stdio.h>
#include <string.h>

#include "decode.h"
#include "qemu_plugin.h"

PLUGIN_EXPORT int qemu_plugin_version = PLUGIN_API;

enum { BLOCK = 64, PAGE = 4096 };

/* RFLAGS that QEMU does not keep with the others (CF, PF, AF, ZF, SF, OF and DF), and RF, which ends here. */
enum { FLAGS_ELSEWHERE = 0x0cd5, FLAG_RF = 1 << 16 };

/* Bits of a selector. */
enum { SELECTOR_RPL = 3, SELECTOR_LDT = 4 };

/* What the delivery of an exception pushes in 64-bit mode if it has no error code, from RSP upwards. */
struct frame {
    uint64_t rip, cs, rflags, rsp, ss;
};

/*
 * How far the instruction has come on a vCPU. Of one at a time: if an NMI comes right behind a delivery and
 * its handler executes a MOVDIR64B, too, the first one's #UD stays.
 */
enum progress { NOTHING, EXECUTING, RAISED, DELIVERED };

/* What one vCPU needs while it executes an instruction; made once, so that execution allocates nothing. */
struct vcpu {
    GByteArray *value, *code, *block, *rest, *stack;
    enum progress progress;
    struct movdir64b insn;
    struct registers registers; /* those of the operands, before the delivery, */
    uint64_t cs, ss, rsp, flags; /* and those that it changes */
    uint64_t handler;
};

static struct vcpu *vcpus;
static size_t vcpu_count;

enum { RSP = 4, R15 = 15 };

/* Handles of registers; the same for every vCPU. */
static struct qemu_plugin_register *general[16], *rip, *fs_base, *gs_base, *cs, *ss, *eflags;
static const char *const general_names[16] = {
    "rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi",
    "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15",
};

/* Serialises the 64-byte writes of all vCPUs. */
static GMutex write_lock;

/*
 * Where in their pages the handlers of exceptions and interrupts begin, a bit for each byte. Each is
 * known before its block is first translated. A translated block serves every virtual address that its
 * page is mapped at, so only the place in the page can be relied on.
 */
static uint64_t entries[PAGE / 64];

static bool read_register(struct vcpu *vcpu, struct qemu_plugin_register *handle, uint64_t *value)
{
    g_byte_array_set_size(vcpu->value, 0); /* the interface appends */
    if (!handle || !qemu_plugin_read_register(handle, vcpu->value) || vcpu->value->len > 8) {
        return false;
    }
    *value = 0;
    memcpy(value, vcpu->value->data, vcpu->value->len);
    return true;
}

static bool write_register(struct vcpu *vcpu, struct qemu_plugin_register *handle, uint64_t value)
{
    g_byte_array_set_size(vcpu->value, 0);
    g_byte_array_append(vcpu->value, (const guint8 *)&value, sizeof value);
    return qemu_plugin_write_register(handle, vcpu->value);
}

static bool read_operands(struct vcpu *vcpu)
{
    const struct movdir64b *insn = &vcpu->insn;
    struct registers *registers = &vcpu->registers;
    for (int i = 0; i < 16; i++) {
        if ((i == insn->destination || i == insn->base || i == insn->index) &&
            !read_register(vcpu, general[i], &registers->general[i])) {
            return false;
        }
    }
    return (insn->segment != SEGMENT_FS || read_register(vcpu, fs_base, &registers->fs_base)) &&
           (insn->segment != SEGMENT_GS || read_register(vcpu, gs_base, &registers->gs_base));
}

/* Fetches and decodes; looks at the next page only if the instruction goes on there. */
static bool fetch(struct vcpu *vcpu, uint64_t pc, struct movdir64b *insn)
{
    size_t in_page = PAGE - (pc % PAGE);
    size_t count = MIN(in_page, MAX_INSN);
    if (!qemu_plugin_read_memory_vaddr(pc, vcpu->code, count)) {
        return false;
    }
    enum decode_result result = decode_movdir64b(vcpu->code->data, count, insn);
    if (result == DECODE_SHORT && count < MAX_INSN &&
        qemu_plugin_read_memory_vaddr(pc, vcpu->code, MAX_INSN)) {
        result = decode_movdir64b(vcpu->code->data, MAX_INSN, insn);
    }
    return result == DECODE_DONE;
}

/* Bytes 8 to 63 first, then the first eight, which make the block valid. */
static bool write_block(struct vcpu *vcpu, uint64_t physical)
{
    g_byte_array_set_size(vcpu->rest, 0);
    g_byte_array_append(vcpu->rest, vcpu->block->data + 8, BLOCK - 8);
    g_byte_array_set_size(vcpu->block, 8);
    g_mutex_lock(&write_lock);
    bool done = qemu_plugin_write_memory_hwaddr(physical + 8, vcpu->rest) == 0;
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    done = done && qemu_plugin_write_memory_hwaddr(physical, vcpu->block) == 0;
    g_mutex_unlock(&write_lock);
    return done;
}

static bool move(struct vcpu *vcpu)
{
    uint64_t physical, destination = destination_address(&vcpu->insn, &vcpu->registers);
    return destination % BLOCK == 0 &&
           qemu_plugin_read_memory_vaddr(source_address(&vcpu->insn, &vcpu->registers), vcpu->block, BLOCK) &&
           qemu_plugin_translate_vaddr(destination, &physical) && write_block(vcpu, physical);
}

/* Is it 64-bit code? The interface shows R15 to no other: what is written there does not come back. */
static bool in_64_bit_mode(struct vcpu *vcpu)
{
    uint64_t value;
    if (!read_register(vcpu, general[R15], &value)) {
        return false;
    }
    if (value != 0) {
        return true;
    }
    return write_register(vcpu, general[R15], 1) && read_register(vcpu, general[R15], &value) &&
           value == 1 && write_register(vcpu, general[R15], 0);
}

/*
 * Can both segments be loaded again from where they came from? The GDT is this processor's own and
 * changes in kernel mode only, from which nobody returns without having SS loaded or checked anew; an
 * LDT can be changed by other processors meanwhile. The privilege level comes with SS, so a null
 * selector will not do for users.
 */
static bool restorable(uint64_t cs_selector, uint64_t ss_selector)
{
    uint64_t level = cs_selector & SELECTOR_RPL;
    return !((cs_selector | ss_selector) & SELECTOR_LDT) && (ss_selector & SELECTOR_RPL) == level &&
           (level == 0 || ss_selector > SELECTOR_RPL);
}

/* Decodes the instruction, and keeps its operands and what the delivery is about to change. */
static bool remember(struct vcpu *vcpu, uint64_t pc)
{
    vcpu->registers.rip = pc;
    return in_64_bit_mode(vcpu) && fetch(vcpu, pc, &vcpu->insn) && read_operands(vcpu) &&
           read_register(vcpu, general[RSP], &vcpu->rsp) && read_register(vcpu, cs, &vcpu->cs) &&
           read_register(vcpu, ss, &vcpu->ss) && read_register(vcpu, eflags, &vcpu->flags) &&
           restorable(vcpu->cs, vcpu->ss);
}

/* Is what has been delivered the instruction's own exception, and nothing else that came to this handler? */
static bool own_frame(struct vcpu *vcpu)
{
    struct frame frame;
    uint64_t at;
    if (!read_register(vcpu, general[RSP], &at) ||
        !qemu_plugin_read_memory_vaddr(at, vcpu->stack, sizeof frame)) {
        return false;
    }
    memcpy(&frame, vcpu->stack->data, sizeof frame);
    return frame.rip == vcpu->registers.rip && frame.rsp == vcpu->rsp &&
           (uint16_t)frame.cs == vcpu->cs && (uint16_t)frame.ss == vcpu->ss;
}

static void take_back(struct vcpu *vcpu)
{
    write_register(vcpu, cs, vcpu->cs);
    write_register(vcpu, ss, vcpu->ss);
    write_register(vcpu, general[RSP], vcpu->rsp);
    write_register(vcpu, eflags, vcpu->flags & ~(uint64_t)(FLAGS_ELSEWHERE | FLAG_RF));
}

/* Right before the translator's code for the instruction, which is nothing but to raise #UD. */
static void on_execute(unsigned int index, void *unused)
{
    if (index < vcpu_count) {
        vcpus[index].progress = EXECUTING;
    }
    (void)unused;
}

/* An exception has been raised; one while another is delivered takes its place. */
static void on_exception(unsigned int index, int type, uint64_t from, uint64_t to, void *unused)
{
    if (index < vcpu_count && vcpus[index].progress != DELIVERED) {
        struct vcpu *vcpu = &vcpus[index];
        vcpu->progress = vcpu->progress == EXECUTING && remember(vcpu, from) ? RAISED : NOTHING;
    }
    (void)type;
    (void)to;
    (void)unused;
}

/* An exception or interrupt has been delivered: `to` is its handler, of which nothing has run yet. */
static void on_interrupt(unsigned int index, int type, uint64_t from, uint64_t to, void *unused)
{
    uint64_t place = to % PAGE, bit = UINT64_C(1) << place % 64, *word = &entries[place / 64];
    if (!(__atomic_load_n(word, __ATOMIC_RELAXED) & bit)) {
        __atomic_fetch_or(word, bit, __ATOMIC_RELAXED);
    }
    if (index < vcpu_count && vcpus[index].progress == RAISED) {
        vcpus[index].handler = to;
        vcpus[index].progress = DELIVERED;
    }
    (void)type;
    (void)from;
    (void)unused;
}

/* Before the first instruction of a handler, which need not be ours: an NMI may come between. */
static void on_handler(unsigned int index, void *unused)
{
    (void)unused;
    if (index >= vcpu_count || vcpus[index].progress != DELIVERED) {
        return;
    }
    struct vcpu *vcpu = &vcpus[index];
    uint64_t pc;
    if (!read_register(vcpu, rip, &pc) || pc != vcpu->handler) {
        return;
    }
    vcpu->progress = NOTHING;
    if (own_frame(vcpu) && move(vcpu)) {
        take_back(vcpu);
        qemu_plugin_set_pc(vcpu->registers.rip + (uint64_t)vcpu->insn.length); /* does not return */
    }
}

static bool is_movdir64b(const struct qemu_plugin_insn *insn)
{
    struct movdir64b decoded;
    uint8_t bytes[MAX_INSN];
    size_t length = qemu_plugin_insn_data(insn, bytes, sizeof bytes);
    /* The translator gives up within the instruction, so what it read of it is but a beginning. */
    return length >= 4 && decode_movdir64b(bytes, length, &decoded) != DECODE_OTHER;
}

static bool is_entry(uint64_t address)
{
    uint64_t place = address % PAGE;
    return __atomic_load_n(&entries[place / 64], __ATOMIC_RELAXED) >> place % 64 & 1;
}

static void on_translate(struct qemu_plugin_tb *block, void *unused)
{
    size_t count = qemu_plugin_tb_n_insns(block);
    for (size_t i = 0; i < count; i++) {
        struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(block, i);
        if (i == 0 && is_entry(qemu_plugin_insn_vaddr(insn))) {
            qemu_plugin_register_vcpu_insn_exec_cb(insn, on_handler, PLUGIN_CB_RW_REGS_PC, NULL);
        }
        if (is_movdir64b(insn)) {
            qemu_plugin_register_vcpu_insn_exec_cb(insn, on_execute, PLUGIN_CB_NO_REGS, NULL);
        }
    }
    (void)unused;
}

static void find_registers(void)
{
    GArray *list = qemu_plugin_get_registers();
    for (guint i = 0; i < list->len; i++) {
        const qemu_plugin_reg_descriptor *found = &g_array_index(list, qemu_plugin_reg_descriptor, i);
        for (int j = 0; j < 16; j++) {
            if (strcmp(found->name, general_names[j]) == 0) {
                general[j] = found->handle;
            }
        }
        if (strcmp(found->name, "rip") == 0) {
            rip = found->handle;
        } else if (strcmp(found->name, "fs_base") == 0) {
            fs_base = found->handle;
        } else if (strcmp(found->name, "gs_base") == 0) {
            gs_base = found->handle;
        } else if (strcmp(found->name, "cs") == 0) {
            cs = found->handle;
        } else if (strcmp(found->name, "ss") == 0) {
            ss = found->handle;
        } else if (strcmp(found->name, "eflags") == 0) {
            eflags = found->handle;
        }
    }
    g_array_free(list, TRUE);
}

static void on_vcpu(unsigned int index, void *unused)
{
    static GMutex once;
    g_mutex_lock(&once);
    if (!general[0]) {
        find_registers();
    }
    g_mutex_unlock(&once);
    (void)index;
    (void)unused;
}

static void on_end(void *unused)
{
    for (size_t i = 0; i < vcpu_count; i++) {
        g_byte_array_free(vcpus[i].value, TRUE);
        g_byte_array_free(vcpus[i].code, TRUE);
        g_byte_array_free(vcpus[i].block, TRUE);
        g_byte_array_free(vcpus[i].rest, TRUE);
        g_byte_array_free(vcpus[i].stack, TRUE);
    }
    g_free(vcpus);
    vcpu_count = 0;
    (void)unused;
}

PLUGIN_EXPORT int qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t *info, int argc,
                                      char **argv)
{
    if (!info->system_emulation || strcmp(info->target_name, "x86_64") != 0) {
        fprintf(stderr, "movdir64b: for whole x86-64 machines only\n");
        return 1;
    }
    vcpu_count = (size_t)info->system.max_vcpus;
    vcpus = g_new0(struct vcpu, vcpu_count);
    for (size_t i = 0; i < vcpu_count; i++) {
        vcpus[i].value = g_byte_array_sized_new(16);
        vcpus[i].code = g_byte_array_sized_new(MAX_INSN);
        vcpus[i].block = g_byte_array_sized_new(BLOCK);
        vcpus[i].rest = g_byte_array_sized_new(BLOCK);
        vcpus[i].stack = g_byte_array_sized_new(sizeof(struct frame));
    }
    qemu_plugin_register_vcpu_init_cb(id, on_vcpu, NULL);
    qemu_plugin_register_vcpu_tb_trans_cb(id, on_translate, NULL);
    qemu_plugin_register_vcpu_discon_cb(id, PLUGIN_DISCON_EXCEPTION, on_exception, NULL);
    qemu_plugin_register_vcpu_discon_cb(id, PLUGIN_DISCON_INTERRUPT, on_interrupt, NULL);
    qemu_plugin_register_atexit_cb(id, on_end, NULL);
    (void)argc;
    (void)argv;
    return 0;
}
