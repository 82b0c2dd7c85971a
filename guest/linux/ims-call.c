// SPDX-License-Identifier: GPL-2.0
/*
 * The hypervisor's call for interrupt messages (docs/hypercall-abi.md) as an interrupt domain between
 * the processors' vectors and a store: a vector is allocated here, and the hypervisor composes a message
 * that leads to it. The call's six registers lie in a BAR of the function; writing the doorbell makes it.
 */
#include <linux/io.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <asm/hw_irq.h>
#include <asm/smp.h>

#include "ims-internal.h"

#define REGISTERS	6
#define DOORBELL	0x30
#define BLOCK		0x40

#define VERSION		1
#define NEGOTIATE	0
#define ALLOCATE	1
#define RETARGET	2
#define RELEASE		3
#define NO_PASID	U64_MAX

/* Of the registers of every call: a function may have two domains, and calls are rare. */
static DEFINE_RAW_SPINLOCK(registers_lock);

struct ims_call {
	struct pci_dev *pdev;
	void __iomem *registers;
	struct irq_domain *domain;
	struct fwnode_handle *fwnode;
	atomic64_t calls;
};

/* An interrupt as the hypervisor knows it. */
struct entry {
	struct ims_call *call;
	u64 id;
	struct msi_msg msg;
};

/* Makes a call; the registers are changed to the answer. Results beyond those wanted are not read. */
static u64 make(struct ims_call *call, u64 *registers, int arguments, int results)
{
	unsigned long flags;
	int i;

	raw_spin_lock_irqsave(&registers_lock, flags);
	for (i = 0; i <= arguments; i++)
		writeq(registers[i], call->registers + 8 * i);
	writel(1, call->registers + DOORBELL);
	for (i = 0; i <= results; i++)
		registers[i] = readq(call->registers + 8 * i);
	raw_spin_unlock_irqrestore(&registers_lock, flags);
	atomic64_inc(&call->calls);
	return registers[0];
}

/* Where the vector domain has put the interrupt: the processor's APIC ID and the vector. */
static void target(struct irq_data *data, u64 *cpu, u64 *vector)
{
	unsigned int on = cpumask_first(irq_data_get_effective_affinity_mask(data));

	*cpu = cpu_physical_id(on);
	*vector = irqd_cfg(data)->vector;
}

static void keep(struct entry *entry, u64 address, u64 data)
{
	entry->msg.address_lo = lower_32_bits(address);
	entry->msg.address_hi = upper_32_bits(address);
	entry->msg.data = data;
}

static void chip_compose(struct irq_data *data, struct msi_msg *msg)
{
	struct entry *entry = irq_data_get_irq_chip_data(data);

	*msg = entry->msg;
}

static int chip_set_affinity(struct irq_data *data, const struct cpumask *mask, bool force)
{
	struct entry *entry = irq_data_get_irq_chip_data(data);
	int ret = irq_chip_set_affinity_parent(data, mask, force);
	u64 call[REGISTERS] = { RETARGET, entry->id };
	u64 status;

	if (ret < 0 || ret == IRQ_SET_MASK_OK_DONE)
		return ret;
	target(data, &call[2], &call[3]);
	status = make(entry->call, call, 3, 3);
	if (WARN_ONCE(status, "the hypervisor refused a move with status %llu\n", status))
		return IRQ_SET_MASK_OK_DONE;
	keep(entry, call[1], call[2]);
	return call[3] ? ret : IRQ_SET_MASK_OK_DONE;
}

static struct irq_chip call_chip = {
	.name = "ADIT-CALL",
	.irq_ack = irq_chip_ack_parent,
	.irq_compose_msi_msg = chip_compose,
	.irq_set_affinity = chip_set_affinity,
	.irq_retrigger = irq_chip_retrigger_hierarchy,
	.flags = IRQCHIP_SKIP_SET_WAKE,
};

static int domain_alloc(struct irq_domain *domain, unsigned int virq, unsigned int count, void *arg)
{
	struct irq_alloc_info *info = arg;
	struct entry *entry;
	int ret;

	entry = kzalloc(sizeof(*entry), GFP_KERNEL);
	if (!entry)
		return -ENOMEM;
	entry->call = domain->host_data;
	ret = irq_domain_alloc_irqs_parent(domain, virq, count, arg);
	if (ret) {
		kfree(entry);
		return ret;
	}
	irq_domain_set_info(domain, virq, info->hwirq, &call_chip, entry, handle_edge_irq, NULL, "edge");
	return 0;
}

static void domain_free(struct irq_domain *domain, unsigned int virq, unsigned int count)
{
	kfree(irq_domain_get_irq_data(domain, virq)->chip_data);
	irq_domain_free_irqs_common(domain, virq, count);
}

static int domain_activate(struct irq_domain *domain, struct irq_data *data, bool reserve)
{
	struct entry *entry = irq_data_get_irq_chip_data(data);
	u64 call[REGISTERS] = { ALLOCATE, pci_dev_id(entry->call->pdev), 0, 0, NO_PASID, 0 };
	u64 status;

	target(data, &call[2], &call[3]);
	status = make(entry->call, call, 5, 3);
	if (status) {
		pci_err(entry->call->pdev, "the hypervisor refused a message with status %llu\n", status);
		return -ENOSPC;
	}
	entry->id = call[1];
	keep(entry, call[2], call[3]);
	return 0;
}

static void domain_deactivate(struct irq_domain *domain, struct irq_data *data)
{
	struct entry *entry = irq_data_get_irq_chip_data(data);
	u64 call[REGISTERS] = { RELEASE, entry->id };

	make(entry->call, call, 1, 0);
}

static const struct irq_domain_ops domain_ops = {
	.alloc = domain_alloc,
	.free = domain_free,
	.activate = domain_activate,
	.deactivate = domain_deactivate,
};

/* The processors' vectors, past a remapping unit: the host's messages are not for that one. */
static struct irq_domain *vectors(struct pci_dev *pdev)
{
	struct irq_domain *domain = dev_get_msi_domain(&pdev->dev);

	while (domain && domain->parent)
		domain = domain->parent;
	return domain;
}

static int make_domain(struct ims_call *call)
{
	struct irq_domain_info info = {
		.hwirq_max = INT_MAX,	/* a tree, numbered like the store's entries */
		.ops = &domain_ops,
		.host_data = call,
		.parent = vectors(call->pdev),
	};
	u64 registers[REGISTERS] = { NEGOTIATE, VERSION };

	if (make(call, registers, 1, 2) || registers[1] != VERSION) {
		pci_err(call->pdev, "the hypervisor's call has no version in common with this module\n");
		return -EPROTO;
	}
	call->fwnode = irq_domain_alloc_named_id_fwnode("ADIT-CALL", pci_dev_id(call->pdev));
	if (!call->fwnode)
		return -ENOMEM;
	info.fwnode = call->fwnode;
	call->domain = irq_domain_instantiate(&info);
	return PTR_ERR_OR_ZERO(call->domain);
}

struct ims_call *ims_call_open(struct pci_dev *pdev, unsigned int bar, unsigned int offset)
{
	struct ims_call *call;
	int ret;

	if (bar >= PCI_STD_NUM_BARS || pci_resource_len(pdev, bar) < (u64)offset + BLOCK)
		return ERR_PTR(-EINVAL);
	call = kzalloc(sizeof(*call), GFP_KERNEL);
	if (!call)
		return ERR_PTR(-ENOMEM);
	call->pdev = pdev;
	call->registers = ioremap(pci_resource_start(pdev, bar) + offset, BLOCK);
	ret = call->registers ? make_domain(call) : -ENOMEM;
	if (ret) {
		ims_call_close(call);
		return ERR_PTR(ret);
	}
	return call;
}

void ims_call_close(struct ims_call *call)
{
	if (!IS_ERR_OR_NULL(call->domain))
		irq_domain_remove(call->domain);
	if (call->fwnode)
		irq_domain_free_fwnode(call->fwnode);
	if (call->registers)
		iounmap(call->registers);
	kfree(call);
}

struct irq_domain *ims_call_domain(struct ims_call *call)
{
	return call->domain;
}

u64 ims_call_count(const struct ims_call *call)
{
	return atomic64_read(&call->calls);
}
