// SPDX-License-Identifier: GPL-2.0
/*
 * May IMS be used here? The signs are those that "adit explain" gathers, and the answer is that of its
 * rules: in a guest only by agreement with the hypervisor, which says so at the function; on bare metal
 * unless switched off; and nobody guesses silently.
 */
#include <linux/dmi.h>
#include <linux/module.h>
#include <linux/string.h>
#include <asm/cpufeature.h>

#include "ims-internal.h"

/* The grant: a vendor-specific extended capability, see docs/ims-in-guests.md. */
#define GRANT_ID		0x4d49	/* "IM" */
#define GRANT_REVISION		1
#define GRANT_HEADER		0x04
#define GRANT_FLAGS		0x08
#define GRANT_FLAG_OWN		BIT(0)	/* messages composed by the guest work */
#define GRANT_FLAG_CALL		BIT(1)	/* the call returns messages that work */
#define GRANT_CALL		0x0c	/* BAR in bits 2:0, offset above */

#define SMBIOS_BIOS		0	/* type of the structure */
#define SMBIOS_EXTENSION_2	0x13
#define SMBIOS_VIRTUAL		BIT(4)

struct grant {
	u32 flags;
	u32 call;
};

static bool find_grant(struct pci_dev *pdev, struct grant *grant)
{
	int at = 0;
	u32 header;

	while ((at = pci_find_next_ext_capability(pdev, at, PCI_EXT_CAP_ID_VNDR))) {
		pci_read_config_dword(pdev, at + GRANT_HEADER, &header);
		if ((header & 0xffff) == GRANT_ID && (header >> 16 & 0xf) >= GRANT_REVISION) {
			pci_read_config_dword(pdev, at + GRANT_FLAGS, &grant->flags);
			pci_read_config_dword(pdev, at + GRANT_CALL, &grant->call);
			return true;
		}
	}
	return false;
}

static void look_at_bios(const struct dmi_header *header, void *found)
{
	const u8 *bytes = (const u8 *)header;

	if (header->type == SMBIOS_BIOS && header->length > SMBIOS_EXTENSION_2)
		*(bool *)found = bytes[SMBIOS_EXTENSION_2] & SMBIOS_VIRTUAL;
}

static bool smbios_says_virtual(void)
{
	bool found = false;

	dmi_walk(look_at_bios, &found);
	return found;
}

/* Vendors that make no machines of steel. */
static bool vendor_says_virtual(void)
{
	static const char * const vendors[] = {
		"QEMU", "Bochs", "KVM", "Xen", "VMware", "VMW", "VMware Inc.", "innotek GmbH",
		"Oracle Corporation", "Parallels", "BHYVE",
	};
	const char *vendor = dmi_get_system_info(DMI_SYS_VENDOR);

	return vendor && match_string(vendors, ARRAY_SIZE(vendors), vendor) >= 0;
}

static const char *virtual_sign(void)
{
	if (boot_cpu_has(X86_FEATURE_HYPERVISOR))
		return "the processor says that there is a hypervisor";
	if (smbios_says_virtual())
		return "the firmware says that this is a virtual machine";
	if (vendor_says_virtual())
		return "the vendor of the system makes virtual ones only";
	return NULL;
}

int ims_evidence(struct pci_dev *pdev, char *text, size_t size)
{
	struct irq_domain *parent = dev_get_msi_domain(&pdev->dev);
	const char *vendor = dmi_get_system_info(DMI_SYS_VENDOR);
	struct grant grant = {};
	bool granted = find_grant(pdev, &grant);

	return scnprintf(text, size,
			 "hypervisor_bit=%d\nsmbios_virtual=%d\nvendor=%s\nvendor_virtual=%d\n"
			 "parent=%s\nremapping=%d\ngrant=%d\ngrant_own=%d\ngrant_call=%d\n",
			 boot_cpu_has(X86_FEATURE_HYPERVISOR), smbios_says_virtual(), vendor ?: "-",
			 vendor_says_virtual(), parent ? parent->name : "-", ims_remapping(parent),
			 granted, !!(grant.flags & GRANT_FLAG_OWN), !!(grant.flags & GRANT_FLAG_CALL));
}
EXPORT_SYMBOL_GPL(ims_evidence);

static struct ims_verdict refuse(bool shout, char *why, size_t size, const char *reason)
{
	snprintf(why, size, "%s", reason);
	return (struct ims_verdict){ .shout = shout };
}

static struct ims_verdict by_grant(const struct grant *grant, bool remapping,
				   const struct ims_store_ops *ops, char *why, size_t size)
{
	struct ims_verdict verdict = { .allowed = true };

	if (grant->flags & GRANT_FLAG_CALL && !remapping) {
		verdict.way = IMS_CALL;
		verdict.bar = grant->call & 7;
		verdict.offset = grant->call & ~7U;
		snprintf(why, size, "granted, the hypervisor composes the messages");
	} else if (!(grant->flags & GRANT_FLAG_OWN)) {
		return refuse(true, why, size, "the grant names no way that works here");
	} else if (remapping) {
		verdict.way = IMS_OWN;
		snprintf(why, size, "granted, messages go through this machine's remapping unit");
	} else if (!ops->trappable) {
		return refuse(true, why, size, "the store cannot be trapped, and there is no call");
	} else {
		verdict.way = IMS_OWN;
		snprintf(why, size, "granted, the hypervisor translates the messages");
	}
	return verdict;
}

struct ims_verdict ims_decide(struct pci_dev *pdev, const struct ims_store_ops *ops,
			      enum ims_policy policy, char *why, size_t size)
{
	struct irq_domain *parent = dev_get_msi_domain(&pdev->dev);
	const char *sign = virtual_sign();
	struct grant grant;

	if (policy == IMS_OFF)
		return refuse(false, why, size, "switched off");
	if (!parent)
		return refuse(policy == IMS_ON, why, size, "the function has no domain for messages");
	if (find_grant(pdev, &grant))
		return by_grant(&grant, ims_remapping(parent), ops, why, size);
	if (sign) {
		snprintf(why, size, "%s, and it grants nothing at the function", sign);
		return (struct ims_verdict){ .shout = policy == IMS_ON };
	}
	snprintf(why, size, "probably bare metal; a hypervisor that hides itself would break it");
	return (struct ims_verdict){ .allowed = true, .way = IMS_OWN };
}
