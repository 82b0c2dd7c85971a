// SPDX-License-Identifier: GPL-2.0
/*
 * Compresses and decompresses through the kernel's compression API: every page goes through the accelerator and
 * back, and the accelerator's output through the kernel's own decompressor if it has one. The work is done when
 * the module is loaded; the kernel's log says how it went, and loading fails if anything was wrong.
 */
#include <crypto/acompress.h>
#include <linux/crypto.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/prandom.h>
#include <linux/scatterlist.h>

static char *driver = "deflate-iaa";
module_param(driver, charp, 0444);
MODULE_PARM_DESC(driver, "the implementation that is tried");

static unsigned int pages = 500;
module_param(pages, uint, 0444);
MODULE_PARM_DESC(pages, "how many pages go there and back");

static unsigned long seed = 1;
module_param(seed, ulong, 0444);
MODULE_PARM_DESC(seed, "of the pages' contents");

struct codec {
	struct crypto_acomp *tfm;
	struct acomp_req *req;
	struct crypto_wait wait;
};

static int codec_open(struct codec *c, const char *name)
{
	c->tfm = crypto_alloc_acomp(name, 0, 0);
	if (IS_ERR(c->tfm))
		return PTR_ERR(c->tfm);
	c->req = acomp_request_alloc(c->tfm);
	if (!c->req) {
		crypto_free_acomp(c->tfm);
		return -ENOMEM;
	}
	crypto_init_wait(&c->wait);
	acomp_request_set_callback(c->req, CRYPTO_TFM_REQ_MAY_BACKLOG, crypto_req_done, &c->wait);
	return 0;
}

static void codec_close(struct codec *c)
{
	acomp_request_free(c->req);
	crypto_free_acomp(c->tfm);
}

static int codec_run(struct codec *c, bool compress, void *from, unsigned int length, void *to, unsigned int *room)
{
	struct scatterlist in, out;
	int error;

	sg_init_one(&in, from, length);
	sg_init_one(&out, to, *room);
	acomp_request_set_params(c->req, &in, &out, length, *room);
	error = compress ? crypto_acomp_compress(c->req) : crypto_acomp_decompress(c->req);
	error = crypto_wait_req(error, &c->wait);
	*room = c->req->dlen;
	return error;
}

/* From all alike to pure noise, with repetitions near and far. */
static void fill(u8 *page, struct rnd_state *random, unsigned int number)
{
	unsigned int letters = 1 + number % 64, i;

	for (i = 0; i < PAGE_SIZE; i++) {
		u32 dice = prandom_u32_state(random);

		page[i] = i > 64 && dice % 8 ? page[i - 1 - (dice >> 8) % 64] : (dice >> 16) % letters;
	}
}

static int there_and_back(struct codec *iaa, struct codec *judge, u8 *plain, u8 *packed, u8 *back,
			  unsigned long *bytes)
{
	unsigned int size = 2 * PAGE_SIZE, room = PAGE_SIZE;
	int error;

	error = codec_run(iaa, true, plain, PAGE_SIZE, packed, &size);
	if (error)
		return error;
	*bytes += size;
	memset(back, 0, PAGE_SIZE);
	error = codec_run(iaa, false, packed, size, back, &room);
	if (error || room != PAGE_SIZE || memcmp(plain, back, PAGE_SIZE))
		return error ?: -EILSEQ;
	if (!judge)
		return 0;
	memset(back, 0, PAGE_SIZE);
	room = PAGE_SIZE;
	error = codec_run(judge, false, packed, size, back, &room);
	return error ?: room != PAGE_SIZE || memcmp(plain, back, PAGE_SIZE) ? -EBADMSG : 0;
}

static int __init iaa_roundtrip_init(void)
{
	struct codec iaa, software;
	struct rnd_state random;
	unsigned long bytes = 0;
	unsigned int i;
	bool judged;
	u8 *memory;
	int error;

	memory = (u8 *)__get_free_pages(GFP_KERNEL, 2);
	if (!memory)
		return -ENOMEM;
	error = codec_open(&iaa, driver);
	if (error) {
		pr_err("adit_iaa: no %s: %d\n", driver, error);
		goto free;
	}
	judged = !codec_open(&software, "deflate-scomp") || !codec_open(&software, "deflate-generic");
	prandom_seed_state(&random, seed);
	for (i = 0; !error && i < pages; i++) {
		fill(memory, &random, i);
		error = there_and_back(&iaa, judged ? &software : NULL, memory, memory + PAGE_SIZE,
				       memory + 3 * PAGE_SIZE, &bytes);
	}
	if (error)
		pr_err("adit_iaa: page %u of %u failed: %d\n", i - 1, pages, error);
	else
		pr_info("adit_iaa: %u pages, %lu bytes packed, judged by %s\n", pages, bytes,
			judged ? crypto_tfm_alg_driver_name(crypto_acomp_tfm(software.tfm)) : "nobody");
	if (judged)
		codec_close(&software);
	codec_close(&iaa);
free:
	free_pages((unsigned long)memory, 2);
	return error;
}

static void __exit iaa_roundtrip_exit(void)
{
}

module_init(iaa_roundtrip_init);
module_exit(iaa_roundtrip_exit);
MODULE_DESCRIPTION("Round trips through the kernel's compression API");
MODULE_LICENSE("GPL");
