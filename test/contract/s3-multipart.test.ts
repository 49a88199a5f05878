/* oxlint-disable vitest/no-standalone-expect -- the expectations stand in claims, of which contract() makes the tests. */
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { beforeAll, expect } from 'vitest';
import { contract, refusal } from './contract.ts';

const partBytes = 5 * 1024 * 1024;

contract('S3 multipart uploads', (server, claim) => {
  let Bucket = '';
  beforeAll(async () => {
    Bucket = await server.bucket();
  });
  const begin = async (Key: string): Promise<{ Bucket: string; Key: string; UploadId: string }> => {
    const { UploadId = '' } = await server.s3().send(new CreateMultipartUploadCommand({ Bucket, Key }));
    return { Bucket, Key, UploadId };
  };
  const upload = async (
    place: Awaited<ReturnType<typeof begin>>,
    PartNumber: number,
    Body: Buffer,
  ): Promise<{ ETag: string; PartNumber: number }> => {
    const { ETag = '' } = await server.s3().send(new UploadPartCommand({ ...place, PartNumber, Body }));
    return { ETag, PartNumber };
  };

  claim('parts become one object, in order of their numbers', async () => {
    const place = await begin('joined');
    const second = await upload(place, 2, Buffer.from('end'));
    const first = await upload(place, 1, Buffer.alloc(partBytes, 'a'));
    const listed = await server.s3().send(new ListPartsCommand(place));
    expect(listed.Parts?.map(({ PartNumber, Size }) => [PartNumber, Size])).toEqual([
      [1, partBytes],
      [2, 3],
    ]);
    const done = await server
      .s3()
      .send(new CompleteMultipartUploadCommand({ ...place, MultipartUpload: { Parts: [first, second] } }));
    expect(done.ETag).toMatch(/^"[0-9a-f]{32}-2"$/);
    const got = await server
      .s3()
      .send(new GetObjectCommand({ Bucket, Key: 'joined', Range: `bytes=${partBytes - 2}-` }));
    expect(await got.Body!.transformToString()).toBe('aaend');
  });

  claim('a part below 5 MiB that is not the last is EntityTooSmall', async () => {
    const place = await begin('small');
    const Parts = [await upload(place, 1, Buffer.from('a')), await upload(place, 2, Buffer.from('b'))];
    const complete = server
      .s3()
      .send(new CompleteMultipartUploadCommand({ ...place, MultipartUpload: { Parts } }));
    expect(await refusal(complete)).toMatchObject({ name: 'EntityTooSmall', status: 400 });
    await server.s3().send(new AbortMultipartUploadCommand(place));
  });

  claim('an aborted upload is gone', async () => {
    const place = await begin('aborted');
    await upload(place, 1, Buffer.from('a'));
    await server.s3().send(new AbortMultipartUploadCommand(place));
    expect(await refusal(server.s3().send(new ListPartsCommand(place)))).toMatchObject({
      name: 'NoSuchUpload',
      status: 404,
    });
    const open = await server.s3().send(new ListMultipartUploadsCommand({ Bucket }));
    expect((open.Uploads ?? []).map(({ UploadId }) => UploadId)).not.toContain(place.UploadId);
    expect(await refusal(server.s3().send(new HeadObjectCommand({ Bucket, Key: 'aborted' })))).toMatchObject({
      status: 404,
    });
  });

  claim('completing with If-None-Match: * does not replace an object', async () => {
    const complete = async (): Promise<unknown> => {
      const place = await begin('conditional');
      const Parts = [await upload(place, 1, Buffer.from('a'))];
      return await server
        .s3()
        .send(new CompleteMultipartUploadCommand({ ...place, MultipartUpload: { Parts }, IfNoneMatch: '*' }));
    };
    await complete();
    expect(await refusal(complete())).toMatchObject({ name: 'PreconditionFailed', status: 412 });
  });
});
