/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A reference driver for the Intel Data Streaming Accelerator that takes MSI-X for events and an
 * interrupt message store for completions. It copies memory on its own account and counts; it offers
 * nothing to others. The driver to use a DSA with is idxd.
 */
#ifndef ADIT_DSA_H
#define ADIT_DSA_H

#include <linux/completion.h>
#include <linux/debugfs.h>
#include <linux/mutex.h>
#include <linux/pci.h>
#include <linux/wait.h>

#include "ims.h"

#define DSA_MAX_SLOTS	256
#define DSA_MAX_WORKERS	8
#define DSA_COPY	64	/* bytes that each descriptor copies */
#define DSA_PATIENCE	(120 * HZ)

/* Intel DSA Architecture Specification, section 8.1. */
struct dsa_descriptor {
	__le32 pasid;
	__le32 flags;		/* opcode in bits 31:24 */
	__le64 completion;
	__le64 source;
	__le64 destination;
	__le32 size;
	__le16 handle;
	u8 reserved[26];
};

static_assert(sizeof(struct dsa_descriptor) == 64);

struct dsa_record {
	u8 status;
	u8 rest[31];
};

static_assert(sizeof(struct dsa_record) == 32);

/* What one completion interrupt works with, in memory the device reaches. */
struct dsa_area {
	struct dsa_record record;
	u8 pad[32];
	u8 source[DSA_COPY];
	u8 destination[DSA_COPY];
};

struct dsa;
struct dsa_worker;

/**
 * struct dsa_slot - a completion interrupt
 * @busy: held by the worker that has a descriptor under way, and by who takes the interrupt away
 * @hold: held by who moves or masks the interrupt, and by who takes it away
 * @outstanding: 1 from submission to the interrupt
 * @worker: whose descriptor that is
 */
struct dsa_slot {
	struct dsa *dsa;
	unsigned int index;
	struct mutex busy;	/* see above */
	struct mutex hold;	/* see above */
	int irq;
	u16 handle;
	bool ready;
	int outstanding;
	struct dsa_worker *worker;
	atomic64_t interrupts;
	char name[24];
};

struct dsa_worker {
	struct dsa *dsa;
	struct task_struct *task;
	unsigned int queue;
	struct dsa_descriptor *list;
	dma_addr_t list_dma;
	struct dsa_record *record;
	dma_addr_t record_dma;
	struct dsa_slot *used[DSA_MAX_SLOTS];
	atomic_t left;
	struct completion done;
	unsigned int seed;
};

struct dsa_counts {
	atomic64_t interrupts, lost, spurious, corrupt, failed, stuck, moves, masks, reallocated, refused;
	atomic64_t events;
	atomic64_t flags;	/* submissions after which the processor's flags were others */
};

struct dsa {
	struct pci_dev *pdev;
	void __iomem *registers;
	void __iomem *portals;
	u64 gencap;
	unsigned int queues;
	unsigned int workers;
	unsigned int slots;
	unsigned int vectors;
	bool handles;
	struct ims_domain *ims;
	struct ims_array array;
	enum ims_policy wish;
	char why[IMS_WHY];
	struct dsa_area *areas;
	dma_addr_t areas_dma;
	struct mutex command;	/* of the command register */
	struct mutex control;	/* starting and stopping */
	bool running, gone;
	u64 target;
	unsigned int forged, arrived;	/* pairs stored past the domain, and interrupts here from them */
	wait_queue_head_t reached;
	struct task_struct *mover, *masker, *churner;
	struct dentry *folder;
	struct dsa_counts counts;
	struct dsa_worker worker[DSA_MAX_WORKERS];
	struct dsa_slot slot[DSA_MAX_SLOTS];
};

/* dsa-device.c */
extern bool dsa_churn;
int dsa_command(struct dsa *dsa, u32 code, u32 operand, u32 *result);
int dsa_slot_open(struct dsa_slot *slot);
void dsa_slot_close(struct dsa_slot *slot);
#define DSA_ENABLE_DEVICE	1
#define DSA_DRAIN_ALL		3
#define DSA_RESET_DEVICE	5
#define DSA_ENABLE_WQ		6
#define DSA_REQUEST_HANDLE	13
#define DSA_RELEASE_HANDLE	14

/* dsa-work.c */
int dsa_work_init(struct dsa *dsa);
void dsa_work_exit(struct dsa *dsa);
irqreturn_t dsa_completed(int irq, void *slot);
int dsa_start(struct dsa *dsa, u64 interrupts);
void dsa_stop(struct dsa *dsa);
int dsa_send(struct dsa *dsa, u64 address, u32 data);
bool dsa_round(struct dsa_worker *worker, unsigned int first, unsigned int end);

/* dsa-queue.c */
void dsa_queue_try(struct dsa *dsa, struct seq_file *file);

/* dsa-debugfs.c */
void dsa_debugfs_add(struct dsa *dsa);

#endif
