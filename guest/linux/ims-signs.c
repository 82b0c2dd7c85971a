// SPDX-License-Identifier: GPL-2.0
/* What can be seen of the machine and of the function, sign by sign as "adit explain" has them. */
#include <linux/acpi.h>
#include <linux/dmi.h>
#include <linux/io.h>
#include <linux/string.h>
#include <asm/cpufeature.h>
#include <asm/processor.h>

#include "ims-internal.h"

/* The grant: a vendor-specific extended capability, see docs/ims-in-guests.md. */
#define GRANT_ID		0x4d49	/* "IM" */
#define GRANT_REVISION		1
#define GRANT_SIZE		0x10
#define GRANT_HEADER		0x04
#define GRANT_FLAGS		0x08
#define GRANT_FLAG_OWN		BIT(0)	/* messages composed by the guest work */
#define GRANT_FLAG_CALL		BIT(1)	/* the call returns messages that work */
#define GRANT_CALL		0x0c	/* BAR in bits 2:0, offset above */

#define SIOV_DVSEC		5
#define SIOV_CAPS		0x14
#define SIOV_CAPS_IMS		BIT(0)

#define HYPERVISOR_LEAF		0x40000000
#define SMBIOS_BIOS		0	/* type of the structure */
#define SMBIOS_EXTENSION_2	0x13
#define SMBIOS_VIRTUAL		BIT(4)

#define VTD_CAP			0x08
#define VTD_CAP_CM		BIT_ULL(7)
#define VTD_ECAP		0x10
#define VTD_ECAP_VCS		BIT_ULL(44)
#define AMD_NPCACHE		BIT(26)
#define VIRTIO_IOMMU		0x1057

static bool hypervisor_leaf(void)
{
	static const char * const signatures[] = {
		"KVMKVMKVM", "Linux KVM Hv", "TCGTCGTCGTCG", "VMwareVMware", "XenVMMXenVMM",
		"Microsoft Hv", "VBoxVBoxVBox", "bhyve bhyve", "prl hyperv", "lrpepyh vr",
		"ACRNACRNACRN", "Jailhouse", "QNXQVMBSQG", "HAXMHAXMHAXM", "EVMMEVMMEVMM",
		"SRESRESRESRE", "UnisysSpar64",
	};
	char signature[13] = {};
	u32 highest, *at = (u32 *)signature;

	cpuid(HYPERVISOR_LEAF, &highest, at, at + 1, at + 2);
	return match_string(signatures, ARRAY_SIZE(signatures), strim(signature)) >= 0;
}

static void look_at_bios(const struct dmi_header *header, void *found)
{
	const u8 *bytes = (const u8 *)header;

	if (header->type == SMBIOS_BIOS && header->length > SMBIOS_EXTENSION_2)
		*(bool *)found = bytes[SMBIOS_EXTENSION_2] & SMBIOS_VIRTUAL;
}

/* Vendors that make no machines of steel. */
static bool vendor_is_virtual(void)
{
	static const char * const vendors[] = {
		"QEMU", "Bochs", "KVM", "Xen", "VMware", "VMW", "innotek GmbH", "Oracle Corporation",
		"Parallels", "BHYVE",
	};
	const char *vendor = dmi_get_system_info(DMI_SYS_VENDOR);
	unsigned int i;

	for (i = 0; vendor && i < ARRAY_SIZE(vendors); i++) {
		if (strstr(vendor, vendors[i]))
			return true;
	}
	return false;
}

static void look_at_unit(u64 address, struct ims_signs *signs)
{
	void __iomem *registers = ioremap(address, PAGE_SIZE);

	if (!registers)
		return;
	if (readl(registers) != U32_MAX) {
		signs->iommu_caching_mode |= !!(readq(registers + VTD_CAP) & VTD_CAP_CM);
		signs->iommu_vcs |= !!(readq(registers + VTD_ECAP) & VTD_ECAP_VCS);
	}
	iounmap(registers);
}

static void look_at_vtd(struct ims_signs *signs)
{
	struct acpi_table_header *table;
	void *at, *end;

	if (ACPI_FAILURE(acpi_get_table(ACPI_SIG_DMAR, 0, &table)))
		return;
	end = (void *)table + table->length;
	at = (void *)table + sizeof(struct acpi_table_dmar);
	while (at + sizeof(struct acpi_dmar_header) <= end) {
		struct acpi_dmar_header *header = at;
		struct acpi_dmar_hardware_unit *unit = at;

		if (header->length < sizeof(*header) || at + header->length > end)
			break;
		if (header->type == ACPI_DMAR_TYPE_HARDWARE_UNIT && header->length >= sizeof(*unit))
			look_at_unit(unit->address, signs);
		at += header->length;
	}
	acpi_put_table(table);
}

static bool amd_npcache(void)
{
	struct pci_dev *unit = NULL;
	bool found = false;
	u32 header;

	while ((unit = pci_get_class(PCI_CLASS_SYSTEM_OTHER << 8 | 0x0600, unit))) {
		int at = pci_find_capability(unit, PCI_CAP_ID_SECDEV);

		if (at && !pci_read_config_dword(unit, at, &header))
			found |= !!(header & AMD_NPCACHE);
	}
	return found;
}

static bool virtio_iommu(void)
{
	struct pci_dev *unit = pci_get_device(PCI_VENDOR_ID_REDHAT_QUMRANET, VIRTIO_IOMMU, NULL);

	pci_dev_put(unit);
	return unit;
}

static void look_at_grant(struct pci_dev *pdev, struct ims_signs *signs)
{
	u32 header, flags, call;
	int at = 0;

	while ((at = pci_find_next_ext_capability(pdev, at, PCI_EXT_CAP_ID_VNDR))) {
		pci_read_config_dword(pdev, at + GRANT_HEADER, &header);
		if ((header & 0xffff) != GRANT_ID || (header >> 16 & 0xf) < GRANT_REVISION ||
		    header >> 20 != GRANT_SIZE)
			continue;
		pci_read_config_dword(pdev, at + GRANT_FLAGS, &flags);
		pci_read_config_dword(pdev, at + GRANT_CALL, &call);
		signs->host_translates = flags & GRANT_FLAG_OWN;
		signs->hypercall = flags & GRANT_FLAG_CALL;
		signs->bar = call & 7;
		signs->offset = call & ~7U;
		return;
	}
}

/* What cannot be seen counts as there: the driver has found a store before it asks. */
static bool function_ims(struct pci_dev *pdev)
{
	u32 caps = 0;
	int at;

	if (pdev->cfg_size <= PCI_CFG_SPACE_SIZE)
		return true;
	at = pci_find_dvsec_capability(pdev, PCI_VENDOR_ID_INTEL, SIOV_DVSEC);
	if (at)
		pci_read_config_dword(pdev, at + SIOV_CAPS, &caps);
	return caps & SIOV_CAPS_IMS;
}

struct ims_signs ims_look(struct pci_dev *pdev)
{
	struct ims_signs signs = {
		.cpuid_hypervisor = boot_cpu_has(X86_FEATURE_HYPERVISOR),
		.hypervisor_leaf = hypervisor_leaf(),
		.dmi_hypervisor = vendor_is_virtual(),
		.amd_npcache = amd_npcache(),
		.virtio_iommu = virtio_iommu(),
		.function_ims = function_ims(pdev),
		.interrupt_remapping = ims_remapping(dev_get_msi_domain(&pdev->dev)),
	};

	dmi_walk(look_at_bios, &signs.smbios_vm);
	look_at_vtd(&signs);
	look_at_grant(pdev, &signs);
	return signs;
}
