/* SPDX-License-Identifier: GPL-2.0 */
#ifndef ADIT_IMS_INTERNAL_H
#define ADIT_IMS_INTERNAL_H

#include <linux/irqdomain.h>

#include "ims.h"

/* Where messages come from. */
enum ims_way {
	IMS_OWN,	/* composed by this kernel; whoever stands below translates them or need not */
	IMS_CALL,	/* composed by the hypervisor on request */
};

/* What can be seen, as in ims_evidence(); where the registers of the call lie, if there is one. */
struct ims_signs {
	bool cpuid_hypervisor, hypervisor_leaf, smbios_vm, dmi_hypervisor;
	bool iommu_vcs, iommu_caching_mode, amd_npcache, virtio_iommu;
	bool hypercall, host_translates, grant_accepted;
	bool function_ims, interrupt_remapping;
	unsigned int bar, offset;
};

struct ims_signs ims_look(struct pci_dev *pdev);

/**
 * struct ims_verdict - whether IMS may be used
 * @rule: that decided, as "adit explain" calls it
 * @allowed: that
 * @shout: whether a refusal is worth a warning: somebody insisted
 * @way: where messages come from
 * @bar: BAR of the call's registers
 * @offset: their offset in it
 */
struct ims_verdict {
	const char *rule;
	bool allowed;
	bool shout;
	enum ims_way way;
	unsigned int bar;
	unsigned int offset;
};

struct ims_verdict ims_decide(struct pci_dev *pdev, const struct ims_store_ops *ops,
			      enum ims_policy policy, char *why, size_t size);

/* Whether a parent domain checks whom messages come from. */
static inline bool ims_remapping(const struct irq_domain *parent)
{
	return parent && (parent->flags & IRQ_DOMAIN_FLAG_ISOLATED_MSI);
}

struct ims_call;

struct ims_call *ims_call_open(struct pci_dev *pdev, unsigned int bar, unsigned int offset);
void ims_call_close(struct ims_call *call);
struct irq_domain *ims_call_domain(struct ims_call *call);
u64 ims_call_count(const struct ims_call *call);

#endif
