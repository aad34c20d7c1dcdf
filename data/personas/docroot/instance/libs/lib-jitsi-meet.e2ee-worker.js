/* The end-to-end encryption worker: one frame in, one encrypted frame out. */
(()=>{"use strict";
const KEYRING_SIZE=16,IV_LENGTH=12,UNENCRYPTED_BYTES={key:10,delta:3,undefined:1};
async function importKey(keyBytes){
    const material=await crypto.subtle.importKey("raw",keyBytes,"HKDF",false,["deriveBits","deriveKey"]);
    return crypto.subtle.deriveKey({name:"HKDF",salt:new TextEncoder().encode("JFrameEncryptionKey"),hash:"SHA-256",info:new ArrayBuffer(0)},material,{name:"AES-GCM",length:128},false,["encrypt","decrypt"]);
}
class Context{
    constructor(){this.keyRing=new Array(KEYRING_SIZE);this.current=-1;this.sendCounts=new Map();}
    async setKey(key,index){this.keyRing[index%KEYRING_SIZE]=await importKey(key);this.current=index%KEYRING_SIZE;}
    makeIV(source,timestamp){
        const iv=new DataView(new ArrayBuffer(IV_LENGTH)),count=this.sendCounts.get(source)||Math.floor(Math.random()*65535);
        iv.setUint32(0,source);iv.setUint32(4,timestamp);iv.setUint32(8,timestamp-count%65535);
        this.sendCounts.set(source,count+1);
        return iv.buffer;
    }
    async encodeFunction(frame,controller){
        const key=this.keyRing[this.current];
        if(!key)return;
        const clear=UNENCRYPTED_BYTES[frame.type],iv=this.makeIV(frame.getMetadata().synchronizationSource,frame.timestamp);
        const header=new Uint8Array(frame.data,0,clear);
        const cipher=await crypto.subtle.encrypt({name:"AES-GCM",iv,additionalData:header},key,new Uint8Array(frame.data,clear));
        const data=new Uint8Array(clear+cipher.byteLength+IV_LENGTH+2);
        data.set(header);data.set(new Uint8Array(cipher),clear);data.set(new Uint8Array(iv),clear+cipher.byteLength);
        data.set([IV_LENGTH,this.current],clear+cipher.byteLength+IV_LENGTH);
        frame.data=data.buffer;
        controller.enqueue(frame);
    }
}
const contexts=new Map();
self.onmessage=async event=>{
    const {operation,participantId}=event.data;
    if(!contexts.has(participantId))contexts.set(participantId,new Context());
    const context=contexts.get(participantId);
    if(operation==="encode"){
        const {readableStream,writableStream}=event.data;
        readableStream.pipeThrough(new TransformStream({transform:context.encodeFunction.bind(context)})).pipeTo(writableStream);
    }else if(operation==="setKey"){
        await context.setKey(event.data.key,event.data.keyIndex);
    }else if(operation==="cleanup"){
        contexts.delete(participantId);
    }
};
})();
