// SPDX-License-Identifier: GPL-2.0
/*
 * The bus domain of a store: allocates entries, has the parent compose, stores. It is the same whether
 * the parent is the processors' vectors, a remapping unit, or the hypervisor's call.
 */
#include <linux/bitmap.h>
#include <linux/irqdomain.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/version.h>
#include <asm/hw_irq.h>
#include <asm/irqdomain.h>

#include "ims-internal.h"

struct ims_domain {
	struct pci_dev *pdev;
	struct ims_store *store;
	struct irq_domain *domain;
	struct fwnode_handle *fwnode;
	struct ims_call *call;
	struct irq_chip chip;
	struct msi_desc desc;		/* names the function to the remapping unit, nothing else */
	struct mutex lock;		/* of used, and of the store's commits */
	unsigned long *used;
	atomic64_t allocated, stored, masked;
};

static void compose(struct irq_data *data, struct msi_msg *msg)
{
	struct irq_data *parent = data->parent_data;

	while (parent && !parent->chip->irq_compose_msi_msg)
		parent = parent->parent_data;
	if (!WARN_ON_ONCE(!parent))
		parent->chip->irq_compose_msi_msg(parent, msg);
}

static void store_message(struct irq_data *data)
{
	struct ims_domain *ims = irq_data_get_irq_chip_data(data);
	struct msi_msg msg = {};

	compose(data, &msg);
	ims->store->ops->write(ims->store, data->hwirq, &msg);
	atomic64_inc(&ims->stored);
}

static void chip_mask(struct irq_data *data)
{
	struct ims_domain *ims = irq_data_get_irq_chip_data(data);

	ims->store->ops->mask(ims->store, data->hwirq);
	atomic64_inc(&ims->masked);
}

static void chip_unmask(struct irq_data *data)
{
	struct ims_domain *ims = irq_data_get_irq_chip_data(data);

	ims->store->ops->unmask(ims->store, data->hwirq);
	atomic64_inc(&ims->masked);
}

static int chip_set_affinity(struct irq_data *data, const struct cpumask *mask, bool force)
{
	int ret = irq_chip_set_affinity_parent(data, mask, force);

	/* DONE: the parent has moved the interrupt without changing its message. */
	if (ret >= 0 && ret != IRQ_SET_MASK_OK_DONE)
		store_message(data);
	return ret;
}

static void chip_bus_lock(struct irq_data *data)
{
	struct ims_domain *ims = irq_data_get_irq_chip_data(data);

	mutex_lock(&ims->lock);
}

static void chip_bus_sync_unlock(struct irq_data *data)
{
	struct ims_domain *ims = irq_data_get_irq_chip_data(data);

	ims->store->ops->commit(ims->store);
	mutex_unlock(&ims->lock);
}

static const struct irq_chip chip_template = {
	.name = "ADIT-IMS",
	.irq_ack = irq_chip_ack_parent,
	.irq_mask = chip_mask,
	.irq_unmask = chip_unmask,
	.irq_set_affinity = chip_set_affinity,
	.irq_retrigger = irq_chip_retrigger_hierarchy,
	.flags = IRQCHIP_SKIP_SET_WAKE,
};

static int domain_alloc(struct irq_domain *domain, unsigned int virq, unsigned int count, void *arg)
{
	struct ims_domain *ims = domain->host_data;
	struct irq_alloc_info *info = arg;
	irq_hw_number_t slot = info->hwirq;
	int ret;

	ret = irq_domain_alloc_irqs_parent(domain, virq, count, info);
	if (ret)
		return ret;
	irq_domain_set_info(domain, virq, slot, &ims->chip, ims, handle_edge_irq, NULL, "edge");
	return 0;
}

static int domain_activate(struct irq_domain *domain, struct irq_data *data, bool reserve)
{
	store_message(data);
	return 0;
}

static void domain_deactivate(struct irq_domain *domain, struct irq_data *data)
{
	struct ims_domain *ims = domain->host_data;

	ims->store->ops->clear(ims->store, data->hwirq);
}

static const struct irq_domain_ops domain_ops = {
	.alloc = domain_alloc,
	.free = irq_domain_free_irqs_common,
	.activate = domain_activate,
	.deactivate = domain_deactivate,
};

static void init_chip(struct ims_domain *ims, const struct irq_domain *parent)
{
	ims->chip = chip_template;
	if (ims->store->ops->commit) {
		ims->chip.irq_bus_lock = chip_bus_lock;
		ims->chip.irq_bus_sync_unlock = chip_bus_sync_unlock;
	}
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 15, 0)
	/* A vector that moves while a message for the old one is on its way has to wait for it. */
	if (!ims_remapping(parent))
		ims->chip.flags |= IRQCHIP_MOVE_DEFERRED;
#endif
}

static struct irq_domain *parent_of(struct ims_domain *ims, const struct ims_verdict *verdict)
{
	if (verdict->way == IMS_OWN)
		return dev_get_msi_domain(&ims->pdev->dev);
	ims->call = ims_call_open(ims->pdev, verdict->bar, verdict->offset);
	return IS_ERR(ims->call) ? ERR_CAST(ims->call) : ims_call_domain(ims->call);
}

static int make_domain(struct ims_domain *ims, const struct ims_verdict *verdict)
{
	struct irq_domain *parent = parent_of(ims, verdict);
	struct irq_domain_info info = {
		.size = ims->store->size,
		.hwirq_max = ims->store->size,
		.ops = &domain_ops,
		.host_data = ims,
		.parent = parent,
	};

	if (IS_ERR_OR_NULL(parent)) {
		ims->call = IS_ERR(parent) ? NULL : ims->call;
		return parent ? PTR_ERR(parent) : -EOPNOTSUPP;
	}
	init_chip(ims, parent);
	ims->fwnode = irq_domain_alloc_named_id_fwnode("ADIT-IMS", pci_dev_id(ims->pdev));
	if (!ims->fwnode)
		return -ENOMEM;
	info.fwnode = ims->fwnode;
	ims->domain = irq_domain_instantiate(&info);
	return PTR_ERR_OR_ZERO(ims->domain);
}

static void put_domain(struct ims_domain *ims)
{
	if (!IS_ERR_OR_NULL(ims->domain))
		irq_domain_remove(ims->domain);
	if (ims->fwnode)
		irq_domain_free_fwnode(ims->fwnode);
	if (ims->call)
		ims_call_close(ims->call);
	bitmap_free(ims->used);
	kfree(ims);
}

struct ims_domain *ims_domain_create(struct pci_dev *pdev, struct ims_store *store,
				     enum ims_policy policy, char *why, size_t size)
{
	struct ims_verdict verdict = ims_decide(pdev, store->ops, policy, why, size);
	struct ims_domain *ims;
	int ret;

	if (verdict.allowed && !store->size) {
		verdict.allowed = false;
		snprintf(why, size, "the store has no entries");
	}
	if (!verdict.allowed) {
		dev_printk(verdict.shout ? KERN_WARNING : KERN_INFO, &pdev->dev, "no IMS: %s\n", why);
		return ERR_PTR(-EOPNOTSUPP);
	}
	ims = kzalloc(sizeof(*ims), GFP_KERNEL);
	if (!ims)
		return ERR_PTR(-ENOMEM);
	ims->pdev = pdev;
	ims->store = store;
	ims->desc.dev = &pdev->dev;
	mutex_init(&ims->lock);
	ims->used = bitmap_zalloc(store->size, GFP_KERNEL);
	ret = ims->used ? make_domain(ims, &verdict) : -ENOMEM;
	if (ret) {
		snprintf(why, size, "the domain could not be made (%d)", ret);
		put_domain(ims);
		return ERR_PTR(ret);
	}
	dev_info(&pdev->dev, "IMS with %u entries in %s: %s\n", store->size, store->ops->name, why);
	return ims;
}
EXPORT_SYMBOL_GPL(ims_domain_create);

void ims_domain_destroy(struct ims_domain *ims)
{
	WARN_ON(!bitmap_empty(ims->used, ims->store->size));
	put_domain(ims);
}
EXPORT_SYMBOL_GPL(ims_domain_destroy);

static int take_slot(struct ims_domain *ims)
{
	unsigned int slot;

	mutex_lock(&ims->lock);
	slot = find_first_zero_bit(ims->used, ims->store->size);
	if (slot < ims->store->size)
		set_bit(slot, ims->used);
	mutex_unlock(&ims->lock);
	return slot < ims->store->size ? slot : -ENOSPC;
}

int ims_alloc(struct ims_domain *ims, u64 cookie, const struct cpumask *affinity)
{
	struct irq_alloc_info info = {
		.type = X86_IRQ_ALLOC_TYPE_PCI_MSIX,
		.devid = pci_dev_id(ims->pdev),
		.desc = &ims->desc,
		.mask = affinity,
	};
	int slot = take_slot(ims), ret = 0;

	if (slot < 0)
		return slot;
	info.hwirq = slot;
	if (ims->store->ops->bind)
		ret = ims->store->ops->bind(ims->store, slot, cookie);
	if (!ret)
		ret = __irq_domain_alloc_irqs(ims->domain, -1, 1, dev_to_node(&ims->pdev->dev),
					      &info, false, NULL);
	if (ret > 0)
		atomic64_inc(&ims->allocated);
	else
		clear_bit(slot, ims->used);
	return ret ?: -EINVAL;
}
EXPORT_SYMBOL_GPL(ims_alloc);

void ims_free(struct ims_domain *ims, unsigned int irq)
{
	unsigned int slot = ims_slot(irq);

	irq_dispose_mapping(irq);
	clear_bit(slot, ims->used);
}
EXPORT_SYMBOL_GPL(ims_free);

unsigned int ims_slot(unsigned int irq)
{
	return irq_get_irq_data(irq)->hwirq;
}
EXPORT_SYMBOL_GPL(ims_slot);

void ims_message(unsigned int irq, struct msi_msg *msg)
{
	compose(irq_get_irq_data(irq), msg);
}
EXPORT_SYMBOL_GPL(ims_message);

void ims_domain_counts(struct ims_domain *ims, struct ims_counts *counts)
{
	counts->allocated = atomic64_read(&ims->allocated);
	counts->stored = atomic64_read(&ims->stored);
	counts->masked = atomic64_read(&ims->masked);
	counts->calls = ims->call ? ims_call_count(ims->call) : 0;
}
EXPORT_SYMBOL_GPL(ims_domain_counts);

MODULE_DESCRIPTION("Interrupt message stores of PCI functions");
MODULE_AUTHOR("Adit");
MODULE_LICENSE("GPL");
