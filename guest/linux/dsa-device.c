// SPDX-License-Identifier: GPL-2.0
/* The function: probing, commands, queues, and where completion interrupts come from. */
#include <linux/bitfield.h>
#include <linux/interrupt.h>
#include <linux/io.h>
#include <linux/iopoll.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/vmalloc.h>

#include "dsa.h"

#define VENDOR		PCI_VENDOR_ID_INTEL
#define DEVICE		0x0b25
#define REGISTERS	0
#define PORTALS		2

/* BAR 0, section 9.2 */
#define GENCAP		0x10
#define GENCAP_IMS	GENMASK_ULL(30, 25)	/* 256 entries each */
#define GENCAP_CMDCAP	BIT(4)
#define GENCAP_CONFIG	BIT_ULL(31)
#define GENCAP_TRANSFER	GENMASK_ULL(20, 16)
#define GENCAP_BATCH	GENMASK_ULL(24, 21)
#define WQCAP		0x20
#define WQCAP_SIZE	GENMASK_ULL(15, 0)
#define WQCAP_QUEUES	GENMASK_ULL(23, 16)
#define WQCAP_STRIDE	GENMASK_ULL(27, 24)
#define ENGCAP		0x38
#define GRPCAP		0x30
#define OFFSETS		0x60
#define OFFSET_UNIT	0x100
#define GENCTRL		0x88
#define GENCTRL_EVENTS	3
#define INTCAUSE	0x98
#define INTCAUSE_ERROR	BIT(0)
#define CMD		0xa0
#define CMD_CODE_SHIFT	20
#define CMDSTATUS	0xa8
#define CMD_ERROR	GENMASK(7, 0)
#define CMD_RESULT	GENMASK(23, 8)
#define CMD_ACTIVE	BIT(31)
#define CMDCAP		0xb0
#define SWERROR		0xc0
#define SWERROR_CLEAR	3

#define GROUP_ENGINES	32
#define GROUP_FLAGS	40
#define GROUP_ALLOWED	GENMASK_ULL(27, 20)	/* read buffers */
#define GRPCAP_BUFFERS	GENMASK_ULL(15, 8)
#define WQ_SIZE		0
#define WQ_MODE		8
#define WQ_DEDICATED	BIT(0)
#define WQ_PRIORITY	(10 << 4)
#define WQ_LIMITS	12
#define WQ_BATCH_SHIFT	5

#define OPERAND_IMS	BIT(16)
#define IMS_PENDING	0x1000	/* Adit's: pending bytes behind the entries of a mapped store */
#define IMS_DOORBELL	0x7000	/* Adit's */

static char *ims = "auto";
module_param(ims, charp, 0444);
MODULE_PARM_DESC(ims, "Completions by interrupt message store: auto (default), on, off");

static unsigned int slots = 64;
module_param(slots, uint, 0444);
MODULE_PARM_DESC(slots, "Completion interrupts (default 64; with MSI-X as many as it has)");

static unsigned int workers = 4;
module_param(workers, uint, 0444);
MODULE_PARM_DESC(workers, "Threads that submit, each with a queue (default 4)");

bool dsa_churn = true;
module_param_named(churn, dsa_churn, bool, 0644);
MODULE_PARM_DESC(churn, "While working: move, mask, free and allocate interrupts (default yes)");

int dsa_command(struct dsa *dsa, u32 code, u32 operand, u32 *result)
{
	u32 status;
	int ret;

	mutex_lock(&dsa->command);
	writel(code << CMD_CODE_SHIFT | operand, dsa->registers + CMD);
	ret = readl_poll_timeout(dsa->registers + CMDSTATUS, status, !(status & CMD_ACTIVE), 50,
				 60 * USEC_PER_SEC);
	mutex_unlock(&dsa->command);
	if (!ret && status & CMD_ERROR) {
		dev_err(&dsa->pdev->dev, "command %u (0x%x) gave 0x%02lx\n", code, operand,
			status & CMD_ERROR);
		ret = -EIO;
	}
	if (!ret && result)
		*result = FIELD_GET(CMD_RESULT, status);
	return ret;
}

static irqreturn_t events(int irq, void *data)
{
	struct dsa *dsa = data;
	u32 cause = readl(dsa->registers + INTCAUSE);

	writel(cause, dsa->registers + INTCAUSE);
	atomic64_inc(&dsa->counts.events);
	if (cause & INTCAUSE_ERROR) {
		dev_err_ratelimited(&dsa->pdev->dev, "software error 0x%llx\n",
				    readq(dsa->registers + SWERROR));
		writel(SWERROR_CLEAR, dsa->registers + SWERROR);
	}
	return IRQ_HANDLED;
}

static void __iomem *table(struct dsa *dsa, unsigned int which)
{
	return dsa->registers + readw(dsa->registers + OFFSETS + 2 * which) * OFFSET_UNIT;
}

/* All queues and engines in group 0, every queue dedicated and of the same size. */
static int configure(struct dsa *dsa)
{
	u64 wqcap = readq(dsa->registers + WQCAP);
	unsigned int engines = readq(dsa->registers + ENGCAP) & 0xff;
	unsigned int buffers = FIELD_GET(GRPCAP_BUFFERS, readq(dsa->registers + GRPCAP));
	unsigned int size = FIELD_GET(WQCAP_SIZE, wqcap) / dsa->queues;
	unsigned int stride = 32 << FIELD_GET(WQCAP_STRIDE, wqcap);
	u32 limits = FIELD_GET(GENCAP_TRANSFER, dsa->gencap) |
		     FIELD_GET(GENCAP_BATCH, dsa->gencap) << WQ_BATCH_SHIFT;
	void __iomem *group = table(dsa, 0), *queue = table(dsa, 1);
	unsigned int i;
	int ret;

	if (!(dsa->gencap & GENCAP_CONFIG))
		return -EOPNOTSUPP;
	writeq(GENMASK_ULL(dsa->queues - 1, 0), group);
	writeq(GENMASK_ULL(engines - 1, 0), group + GROUP_ENGINES);
	writeq(FIELD_PREP(GROUP_ALLOWED, buffers), group + GROUP_FLAGS);
	for (i = 0; i < dsa->queues; i++, queue += stride) {
		writel(size, queue + WQ_SIZE);
		writel(WQ_DEDICATED | WQ_PRIORITY, queue + WQ_MODE);
		writel(limits, queue + WQ_LIMITS);
	}
	writel(GENCTRL_EVENTS, dsa->registers + GENCTRL);
	ret = dsa_command(dsa, DSA_ENABLE_DEVICE, 0, NULL);
	for (i = 0; !ret && i < dsa->queues; i++)
		ret = dsa_command(dsa, DSA_ENABLE_WQ, i, NULL);
	return ret;
}

/* Gives a slot an interrupt, from the store or from the MSI-X table, and has the device name it. */
int dsa_slot_open(struct dsa_slot *slot)
{
	struct dsa *dsa = slot->dsa;
	u32 entry, handle;
	int ret;

	slot->irq = dsa->ims ? ims_alloc(dsa->ims, IMS_NO_PASID, NULL) :
			       pci_irq_vector(dsa->pdev, 1 + slot->index);
	if (slot->irq < 0)
		return slot->irq;
	entry = dsa->ims ? ims_slot(slot->irq) | OPERAND_IMS : 1 + slot->index;
	irq_set_status_flags(slot->irq, IRQ_DISABLE_UNLAZY);
	ret = request_irq(slot->irq, dsa_completed, IRQF_NO_AUTOEN, slot->name, slot);
	if (ret)
		goto give_back;
	slot->handle = entry;
	if (dsa->handles) {
		ret = dsa_command(dsa, DSA_REQUEST_HANDLE, entry, &handle);
		if (ret)
			goto free;
		slot->handle = handle;
	}
	slot->outstanding = 0;
	slot->ready = true;
	enable_irq(slot->irq);
	return 0;

free:
	free_irq(slot->irq, slot);
give_back:
	if (dsa->ims)
		ims_free(dsa->ims, slot->irq);
	return ret;
}

void dsa_slot_close(struct dsa_slot *slot)
{
	struct dsa *dsa = slot->dsa;

	if (!slot->ready)
		return;
	slot->ready = false;
	if (dsa->handles && !dsa->gone)
		dsa_command(dsa, DSA_RELEASE_HANDLE, slot->handle | (dsa->ims ? OPERAND_IMS : 0), NULL);
	free_irq(slot->irq, slot);
	if (dsa->ims)
		ims_free(dsa->ims, slot->irq);
}

static void close_slots(struct dsa *dsa)
{
	unsigned int i;

	for (i = 0; i < dsa->slots; i++) {
		mutex_lock(&dsa->slot[i].hold);
		dsa_slot_close(&dsa->slot[i]);
		mutex_unlock(&dsa->slot[i].hold);
	}
}

static int open_slots(struct dsa *dsa)
{
	unsigned int i;
	int ret = 0;

	for (i = 0; !ret && i < dsa->slots; i++)
		ret = dsa_slot_open(&dsa->slot[i]);
	if (ret)
		close_slots(dsa);
	return ret;
}

static int policy(enum ims_policy *policy)
{
	static const char * const words[] = { "auto", "on", "off" };
	int word = match_string(words, ARRAY_SIZE(words), ims);

	*policy = word;
	return word < 0 ? -EINVAL : 0;
}

static int choose_interrupts(struct dsa *dsa)
{
	unsigned int entries = FIELD_GET(GENCAP_IMS, dsa->gencap) * 256;
	int ret = policy(&dsa->wish);

	if (ret) {
		dev_err(&dsa->pdev->dev, "ims must be auto, on or off, not %s\n", ims);
		return ret;
	}
	ims_array_init(&dsa->array, table(dsa, 3), entries);
	if (entries && readl(dsa->registers + IMS_DOORBELL) == 1) {
		dsa->array.pending = dsa->array.base + IMS_PENDING;
		dsa->array.doorbell = dsa->registers + IMS_DOORBELL;
	}
	dsa->ims = ims_domain_create(dsa->pdev, &dsa->array.store, dsa->wish, dsa->why,
				     sizeof(dsa->why));
	if (IS_ERR(dsa->ims))
		dsa->ims = NULL;
	if (dsa->ims) {
		dsa->slots = min3(slots, entries, (unsigned int)DSA_MAX_SLOTS);
	} else {
		dsa->slots = min(slots, dsa->vectors - 1);
		dev_info(&dsa->pdev->dev, "completions by MSI-X, %u vectors\n", dsa->slots);
	}
	return dsa->slots ? 0 : -ENOSPC;
}

static int start_device(struct dsa *dsa)
{
	int ret = dsa_command(dsa, DSA_RESET_DEVICE, 0, NULL);

	if (!ret)
		ret = configure(dsa);
	return ret ?: open_slots(dsa);
}

static int map(struct dsa *dsa)
{
	struct pci_dev *pdev = dsa->pdev;
	int ret = pcim_enable_device(pdev);

	if (!ret)
		ret = dma_set_mask_and_coherent(&pdev->dev, DMA_BIT_MASK(64));
	if (ret)
		return ret;
	pci_set_master(pdev);
	dsa->registers = pcim_iomap(pdev, REGISTERS, 0);
	dsa->portals = pcim_iomap(pdev, PORTALS, 0);
	if (!dsa->registers || !dsa->portals)
		return -ENOMEM;
	dsa->gencap = readq(dsa->registers + GENCAP);
	dsa->queues = FIELD_GET(WQCAP_QUEUES, readq(dsa->registers + WQCAP));
	dsa->handles = dsa->gencap & GENCAP_CMDCAP &&
		       readl(dsa->registers + CMDCAP) & BIT(DSA_REQUEST_HANDLE);
	dsa->workers = clamp(workers, 1U, min_t(unsigned int, dsa->queues, DSA_MAX_WORKERS));
	return 0;
}

static int request_vectors(struct dsa *dsa)
{
	int vectors = pci_alloc_irq_vectors(dsa->pdev, 1, pci_msix_vec_count(dsa->pdev), PCI_IRQ_MSIX);

	if (vectors < 0)
		return vectors;
	dsa->vectors = vectors;
	return request_threaded_irq(pci_irq_vector(dsa->pdev, 0), NULL, events, IRQF_ONESHOT,
				    "adit-dsa-events", dsa);
}

static int probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct dsa *dsa = vzalloc(sizeof(*dsa));
	int ret;

	if (!dsa)
		return -ENOMEM;
	dsa->pdev = pdev;
	mutex_init(&dsa->command);
	mutex_init(&dsa->control);
	init_waitqueue_head(&dsa->reached);
	pci_set_drvdata(pdev, dsa);
	ret = map(dsa);
	if (ret)
		goto free;
	ret = request_vectors(dsa);
	if (ret)
		goto vectors;
	ret = choose_interrupts(dsa);
	if (!ret)
		ret = dsa_work_init(dsa);
	if (ret)
		goto domain;
	ret = start_device(dsa);
	if (ret)
		goto work;
	dsa_debugfs_add(dsa);
	dev_info(&pdev->dev, "%u queues, %u slots by %s\n", dsa->queues, dsa->slots,
		 dsa->ims ? "IMS" : "MSI-X");
	return 0;

work:
	dsa_work_exit(dsa);
domain:
	if (dsa->ims)
		ims_domain_destroy(dsa->ims);
	free_irq(pci_irq_vector(pdev, 0), dsa);
vectors:
	pci_free_irq_vectors(pdev);
free:
	vfree(dsa);
	return ret;
}

static void quiet(struct dsa *dsa)
{
	mutex_lock(&dsa->control);
	dsa->gone = true;
	mutex_unlock(&dsa->control);
	dsa_stop(dsa);
}

static void dsa_remove(struct pci_dev *pdev)
{
	struct dsa *dsa = pci_get_drvdata(pdev);

	quiet(dsa);
	debugfs_remove_recursive(dsa->folder);
	dsa_command(dsa, DSA_RESET_DEVICE, 0, NULL);
	close_slots(dsa);
	dsa_work_exit(dsa);
	if (dsa->ims)
		ims_domain_destroy(dsa->ims);
	free_irq(pci_irq_vector(pdev, 0), dsa);
	pci_free_irq_vectors(pdev);
	vfree(dsa);
}

/* A function-level reset takes the messages away: give the interrupts back before, get new ones after. */
static void reset_prepare(struct pci_dev *pdev)
{
	struct dsa *dsa = pci_get_drvdata(pdev);

	quiet(dsa);
	close_slots(dsa);
}

static void reset_done(struct pci_dev *pdev)
{
	struct dsa *dsa = pci_get_drvdata(pdev);
	int ret = start_device(dsa);

	if (ret) {
		dev_err(&pdev->dev, "does not come back from a reset (%d)\n", ret);
		return;
	}
	mutex_lock(&dsa->control);
	dsa->gone = false;
	mutex_unlock(&dsa->control);
}

static const struct pci_error_handlers error_handlers = {
	.reset_prepare = reset_prepare,
	.reset_done = reset_done,
};

static const struct pci_device_id ids[] = {
	{ PCI_DEVICE(VENDOR, DEVICE) },
	{ }
};
MODULE_DEVICE_TABLE(pci, ids);

static struct pci_driver dsa_driver = {
	.name = "adit_dsa",
	.id_table = ids,
	.probe = probe,
	.remove = dsa_remove,
	.err_handler = &error_handlers,
};
module_pci_driver(dsa_driver);

MODULE_DESCRIPTION("Reference driver of a DSA with an interrupt message store");
MODULE_AUTHOR("Adit");
MODULE_LICENSE("GPL");
