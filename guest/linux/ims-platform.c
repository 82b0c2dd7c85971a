// SPDX-License-Identifier: GPL-2.0
/*
 * May IMS be used here? The signs and the rules are those of "adit explain" (docs/ims-decision.md), by
 * the same names: in a guest by a call for messages; by a host that translates only if the guest's
 * administrator has accepted that; on bare metal unless switched off; and nobody guesses silently.
 */
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/stddef.h>

#include "ims-internal.h"

static bool accept_grant;
module_param(accept_grant, bool, 0444);
MODULE_PARM_DESC(accept_grant,
		 "Take a host's word that it translates the messages composed here (default no)");

static const struct {
	const char *name;
	size_t at;
} names[] = {
#define SIGN(name, field) { name, offsetof(struct ims_signs, field) }
	SIGN("cpuid-hypervisor", cpuid_hypervisor),
	SIGN("hypervisor-leaf", hypervisor_leaf),
	SIGN("smbios-vm", smbios_vm),
	SIGN("dmi-hypervisor", dmi_hypervisor),
	SIGN("iommu-vcs", iommu_vcs),
	SIGN("iommu-caching-mode", iommu_caching_mode),
	SIGN("amd-npcache", amd_npcache),
	SIGN("virtio-iommu", virtio_iommu),
	SIGN("hypercall", hypercall),
	SIGN("host-translates", host_translates),
	SIGN("grant-accepted", grant_accepted),
	SIGN("function-ims", function_ims),
	SIGN("interrupt-remapping", interrupt_remapping),
#undef SIGN
};

/* The first sign of a hypervisor in the order of the rules, in words. */
static const char *virtual_sign(const struct ims_signs *signs)
{
	if (signs->iommu_vcs)
		return "the IOMMU is software";
	if (signs->cpuid_hypervisor)
		return "the processor says that there is a hypervisor";
	if (signs->hypervisor_leaf)
		return "a hypervisor has signed the processor's leaf for it";
	if (signs->smbios_vm)
		return "the firmware says that this is a virtual machine";
	if (signs->iommu_caching_mode || signs->amd_npcache || signs->virtio_iommu)
		return "the IOMMU is virtual";
	if (signs->dmi_hypervisor)
		return "the vendor of the system makes virtual ones only";
	if (signs->hypercall || signs->host_translates)
		return "a host speaks at the function";
	return NULL;
}

static struct ims_verdict in_guest(const struct ims_signs *signs, const char *sign,
				   const struct ims_store_ops *ops, char *why, size_t size)
{
	bool translated = ops->trappable || signs->interrupt_remapping;

	if (signs->hypercall) {
		snprintf(why, size, "granted, the hypervisor composes the messages");
		return (struct ims_verdict){
			.rule = "guest.function.hypercall", .allowed = true, .way = IMS_CALL,
			.bar = signs->bar, .offset = signs->offset,
		};
	}
	if (signs->host_translates && signs->grant_accepted && translated) {
		snprintf(why, size, "granted and accepted, %s translates the messages",
			 signs->interrupt_remapping ? "this machine's remapping unit" : "the host");
		return (struct ims_verdict){
			.rule = "guest.function.accepted-grant", .allowed = true, .way = IMS_OWN,
		};
	}
	if (signs->host_translates && !signs->grant_accepted)
		snprintf(why, size, "%s, and it translates messages but has no call for them; %s",
			 sign, "accept_grant=1 would accept that");
	else if (signs->host_translates)
		snprintf(why, size, "%s, which cannot trap %s and has no call", sign, ops->name);
	else
		snprintf(why, size, "%s, and it grants nothing at the function", sign);
	return (struct ims_verdict){ .rule = "guest.function.no-hypercall" };
}

static struct ims_verdict decide(const struct ims_signs *signs, const struct ims_store_ops *ops,
				 enum ims_policy policy, char *why, size_t size)
{
	const char *sign = virtual_sign(signs);
	struct ims_verdict verdict;

	if (policy == IMS_OFF) {
		snprintf(why, size, "switched off");
		return (struct ims_verdict){ .rule = "ims.off" };
	}
	if (!signs->function_ims) {
		snprintf(why, size, "the function has no message store");
		return (struct ims_verdict){ .rule = "function.no-ims" };
	}
	if (!sign) {
		snprintf(why, size, "probably bare metal; a hypervisor that hides itself would break it");
		return (struct ims_verdict){
			.rule = "bare.function", .allowed = true, .way = IMS_OWN,
		};
	}
	verdict = in_guest(signs, sign, ops, why, size);
	verdict.shout = policy == IMS_ON && !verdict.allowed;
	return verdict;
}

static struct ims_signs look(struct pci_dev *pdev)
{
	struct ims_signs signs = ims_look(pdev);

	signs.grant_accepted = accept_grant;
	return signs;
}

struct ims_verdict ims_decide(struct pci_dev *pdev, const struct ims_store_ops *ops,
			      enum ims_policy policy, char *why, size_t size)
{
	struct ims_signs signs = look(pdev);

	return decide(&signs, ops, policy, why, size);
}

int ims_evidence(struct pci_dev *pdev, const struct ims_store *store, enum ims_policy policy,
		 char *text, size_t size)
{
	struct ims_signs signs = look(pdev);
	char why[IMS_WHY];
	struct ims_verdict verdict = decide(&signs, store->ops, policy, why, sizeof(why));
	unsigned int i;
	int length = 0;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		const bool *holds = (void *)&signs + names[i].at;

		length += scnprintf(text + length, size - length, "%s=%s\n", names[i].name,
				    *holds ? "yes" : "no");
	}
	return length + scnprintf(text + length, size - length, "rule=%s\noutcome=%s\n", verdict.rule,
				  verdict.allowed ? "allow" : "msi-x");
}
EXPORT_SYMBOL_GPL(ims_evidence);
